import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, vi } from 'vitest';

// Each case is a process of its own.
vi.setConfig({ testTimeout: 60_000 });

const run = promisify(execFile);
const project = resolve(import.meta.dirname, '../../..');

/** Runs the project's own `npm test` over one file; gives what it printed and whether it was green. */
async function outcome(test: string, ...flags: string[]): Promise<{ green: boolean; printed: string }> {
  const root = await mkdtemp(join(tmpdir(), 'no-skips-'));
  try {
    await mkdir(join(root, 'test/unit'), { recursive: true });
    for (const shared of ['node_modules', 'src', 'test/support', 'vitest.config.ts', 'package.json']) {
      await symlink(join(project, shared), join(root, shared));
    }
    await writeFile(join(root, 'test/unit/a.test.ts'), `import { describe, it } from 'vitest';\n${test}\n`);
    return await run('npm', ['test', '--', ...flags], {
      cwd: root,
      env: { ...process.env, NO_COLOR: '1' },
    }).then(
      ({ stdout, stderr }) => ({ green: true, printed: stdout + stderr }),
      ({ stdout, stderr }) => ({ green: false, printed: stdout + stderr }),
    );
  } finally {
    await rm(root, { recursive: true });
  }
}

const passing = "it('passes', () => {});";

it('is green when every test ran', async () => {
  expect(await outcome(passing)).toMatchObject({ green: true });
});

it('is red for tests that did not run, and names them', async () => {
  const { green, printed } = await outcome(`
    ${passing}
    it.skip('put off', () => {});
    it.todo('to do');
    it('gives up', ({ skip }) => skip());
    it.skipIf(true)('elsewhere', () => {});
    describe.skip('a group', () => { it('inside', () => {}); });
  `);
  expect(green).toBe(false);
  for (const name of ['put off', 'to do', 'gives up', 'elsewhere', 'a group > inside']) {
    expect(printed).toContain(`not run: test/unit/a.test.ts > ${name}`);
  }
  expect(printed).not.toContain('> passes');
});

it('is red for .only', async () => {
  expect(await outcome(`${passing}\nit.only('alone', () => {});`)).toMatchObject({ green: false });
});

it('lets a run be narrowed down by name', async () => {
  expect(await outcome(`${passing}\nit('other', () => {});`, '-t', 'passes')).toMatchObject({ green: true });
});
