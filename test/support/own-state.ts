import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs with a folder in the place of the user's where identities and bonds are kept: what stands there from another run, or was left by a person, is no matter of a test. */
export const withOwnState = async (run: () => Promise<void>): Promise<void> => {
  const before = process.env['XDG_STATE_HOME'];
  const path = ownState(tmpdir());
  process.env['XDG_STATE_HOME'] = path;
  try {
    await run();
  } finally {
    if (before === undefined) delete process.env['XDG_STATE_HOME'];
    else process.env['XDG_STATE_HOME'] = before;
    rmSync(path, { recursive: true, force: true });
  }
};

/** One of several within that, for a program that shares nothing with the others. */
export const ownState = (within = process.env['XDG_STATE_HOME'] ?? tmpdir()): string =>
  mkdtempSync(join(within, 'jelling-state-'));
