/** What the guest runs of this tree, on a disk of its own: the program of the rows and the command, each as one file. */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Plan } from '../lines.ts';
import { installHciSocket } from './hci-socket.ts';
import { makeFileSystem } from './image.ts';

const tree = fileURLToPath(new URL('../../../', import.meta.url));

/** Native code cannot be bundled: the packages themselves, with what they load. */
const copied = ['usb', 'node-gyp-build'];
const external = ['usb', 'serialport', '@serialport/*', 'hci-socket'];

/**
 * Bundles the sources as they are. Where each instruction is emulated, loading the hundreds of files of the build takes five seconds more than
 * one file does.
 */
export const packPrograms = async (
  folder: string,
  disk: string,
  plan: Plan,
  signal: AbortSignal,
): Promise<void> => {
  mkdirSync(folder);
  await build({
    absWorkingDir: tree,
    entryPoints: { guest: 'test/usb/guest/main.ts', jelling: 'tools/jelling.ts' },
    outdir: folder,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['jelling-source'],
    external,
    logLevel: 'error',
  });
  cpSync(await installHciSocket(signal), join(folder, 'node_modules'), { recursive: true });
  for (const name of copied) {
    cpSync(join(tree, 'node_modules', name), join(folder, 'node_modules', name), { recursive: true });
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  writeFileSync(join(folder, 'plan.json'), JSON.stringify(plan));
  await makeFileSystem(folder, disk, '200M', signal);
};
