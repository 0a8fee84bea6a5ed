/** The package `hci-socket`, which is no dependency of this tree: installed and compiled for the guest, once. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cached } from './cache.ts';
import { run } from './command.ts';

const VERSION = '1.0.0';

/** The headers of this Node.js where it brought them; else npm fetches them. */
const headers = join(process.execPath, '../../include/node');

/** Gives a folder of packages with it, and with what it loads. Rejects with CommandError. */
export const installHciSocket = async (signal: AbortSignal): Promise<string> => {
  const key = `hci-socket-${VERSION}-node-${process.version}-${process.arch}`;
  const folder = await cached(key, async (to) => {
    writeFileSync(join(to, 'package.json'), '{ "private": true }\n');
    const nodedir = existsSync(headers) ? [`--nodedir=${join(headers, '../..')}`] : [];
    const quiet = ['--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
    await run('npm', ['install', ...quiet, ...nodedir, '--prefix', to, `hci-socket@${VERSION}`], {
      timeoutMs: 180_000,
      discreet: (text) => text.replaceAll(/\b[a-z+]+:\/\/[^\s/]+/g, '<registry>'),
      signal,
    });
  });
  return join(folder, 'node_modules');
};
