/** What the foreign peers run in: a Python environment and a folder of npm packages, each made once, and again when what it is made from changes. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MissingToolError } from './tools.ts';

/** Where the foreign stacks are. */
export interface Environments {
  /** The path of a Python that has them. */
  python: string;
  /** The path of a folder from which Node.js finds them. */
  npm: string;
}

const cache = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url));
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const run = (command: string, args: string[], deadlineMs: number, cwd?: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: deadlineMs, cwd });
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

/** Makes a folder unless it was made from the same file before, and gives its path. */
const prepare = async (
  name: string,
  source: string,
  make: (folder: string) => Promise<void>,
): Promise<string> => {
  const folder = `${cache}${name}`;
  const stampFile = `${folder}/made-from.sha256`;
  const stamp = createHash('sha256').update(readFileSync(source)).digest('hex');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return folder;
  rmSync(folder, { recursive: true, force: true });
  await make(folder);
  writeFileSync(stampFile, stamp);
  return folder;
};

export const prepareEnvironments = async (say: (text: string) => void): Promise<Environments> => {
  const requirements = here('requirements.txt');
  const python = await prepare('jelling-interop-venv', requirements, async (folder) => {
    say('making a Python environment with bumble and rootcanal (once, about a minute) ...');
    await run('python3', ['-m', 'venv', folder], 60_000);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input'];
    await run(`${folder}/bin/python`, [...pip, '-r', requirements], 300_000);
  });
  const lock = here('peers/ble-host/package-lock.json');
  const npm = await prepare('jelling-interop-npm', lock, async (folder) => {
    say('installing ble-host (once) ...');
    mkdirSync(folder, { recursive: true });
    for (const file of ['package.json', 'package-lock.json']) {
      copyFileSync(here(`peers/ble-host/${file}`), `${folder}/${file}`);
    }
    await run(
      'npm',
      ['ci', '--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund'],
      120_000,
      folder,
    );
  });
  return { python: `${python}/bin/python`, npm };
};
