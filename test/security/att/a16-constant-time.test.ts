import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../../..');

/** Comparisons of octets that no peer can time, or that are no secret, in the layers that hold keys. Each with its reason. */
const harmless: Readonly<Record<string, string>> = {
  'src/crypto/p256.ts': 'the debug key is printed in the specification',
  'src/smp/bond-check.ts':
    'keys of a stored bond are compared with each other when the store is read, and no peer is there',
};

const filesOf = (folder: string): string[] =>
  readdirSync(resolve(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name}`);

/** What compares octets and stops at the first that differs. */
const TELLING = /\bequalBytes\(|\.equals\(|\bBuffer\.compare\(|\btoHex\([^)]*\) [!=]==/;

test('A16: where keys, confirm values and check values are compared, the time tells nothing of them', () => {
  const comparing = ['src/crypto', 'src/smp']
    .flatMap(filesOf)
    .filter((file) => TELLING.test(readFileSync(resolve(ROOT, file), 'utf8')));
  expect(comparing.length).toBeGreaterThan(0);
  expect(comparing.filter((file) => harmless[file] === undefined)).toEqual([]);
});

test('A16: the one comparison for secrets takes as long for any two of one length', () => {
  const text = readFileSync(resolve(ROOT, 'src/crypto/equal-secrets.ts'), 'utf8');
  expect(text).toContain("import { timingSafeEqual } from 'node:crypto'");
  expect(text).not.toMatch(TELLING);
});
