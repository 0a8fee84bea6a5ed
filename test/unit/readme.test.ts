import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, matchesGlob } from 'node:path';
import { expect, test } from 'vitest';
import { withExamples } from '../../scripts/readme.ts';

const readme = readFileSync('README.md', 'utf8');

test('the examples are printed as they are: else run `npx tsx scripts/readme.ts`', () => {
  expect(withExamples(readme)).toBe(readme);
  expect(withExamples(readme.replaceAll('for await', 'for never'))).toBe(readme);
});

test('every test that is said to prove something is there', () => {
  const named = [...readme.matchAll(/`(test\/[^`]+)`/g)].map((match) => match[1] ?? '');
  expect(named.length).toBeGreaterThan(5);
  for (const path of named) {
    const there = path.includes('*')
      ? readdirSync(dirname(path)).some((file) => matchesGlob(join(dirname(path), file), path))
      : existsSync(path);
    expect(there, path).toBe(true);
  }
});
