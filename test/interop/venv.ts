/** The Python environment of the foreign peers: made once from requirements.txt, and again when that changes. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MissingToolError } from './tools.ts';

const folder = fileURLToPath(new URL('../../node_modules/.cache/jelling-interop-venv', import.meta.url));
const requirements = fileURLToPath(new URL('requirements.txt', import.meta.url));

const run = (command: string, args: string[], deadlineMs: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: deadlineMs });
    let complaint = '';
    child.stderr.on('data', (chunk: Buffer) => {
      complaint = (complaint + chunk).slice(-4000);
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) return resolve();
      reject(
        new MissingToolError(
          `${command} ${args.join(' ')} ended with ${signal ?? code}:\n${complaint.trim()}`,
        ),
      );
    });
  });

/** Returns the path of a Python that has the foreign stacks. */
export const preparePython = async (say: (text: string) => void): Promise<string> => {
  const python = `${folder}/bin/python`;
  const stampFile = `${folder}/requirements.sha256`;
  const stamp = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return python;

  say('making a Python environment with bumble and rootcanal (once, about a minute) ...');
  rmSync(folder, { recursive: true, force: true });
  await run('python3', ['-m', 'venv', folder], 60_000);
  await run(
    python,
    ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input', '-r', requirements],
    300_000,
  );
  writeFileSync(stampFile, stamp);
  return python;
};
