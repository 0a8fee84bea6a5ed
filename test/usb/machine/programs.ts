/** What the guest runs of this tree, on a disk of its own: the program of the rows and the command, each as one file. */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Plan } from '../lines.ts';
import { installHciSocket } from './hci-socket.ts';
import { makeFileSystem } from './image.ts';
import { placesOf } from './places.ts';

const tree = fileURLToPath(new URL('../../../', import.meta.url));

/** Native code cannot be bundled: the packages themselves, with what they load. */
const copied = ['usb', 'node-gyp-build'];
const external = ['usb', 'serialport', '@serialport/*', 'hci-socket'];

interface Programs {
  /** The path of the disk. */
  readonly disk: string;
  /** A text of the guest with the places in the program of the rows as places in this tree. */
  readonly inSources: (text: string) => string;
}

/**
 * Bundles the sources as they are. Where each instruction is emulated, loading the hundreds of files of the build takes five seconds more than
 * one file does.
 */
export const packPrograms = async (work: string, plan: Plan, signal: AbortSignal): Promise<Programs> => {
  const folder = join(work, 'programs');
  const disk = join(work, 'programs.ext4');
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
    sourcemap: 'external',
    logLevel: 'error',
  });
  cpSync(await installHciSocket(signal), join(folder, 'node_modules'), { recursive: true });
  for (const name of copied) {
    cpSync(join(tree, 'node_modules', name), join(folder, 'node_modules', name), { recursive: true });
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  writeFileSync(join(folder, 'plan.json'), JSON.stringify(plan));
  await makeFileSystem(folder, disk, '200M', signal);
  return { disk, inSources: placesOf(join(folder, 'guest.js'), '/jelling/guest.js', tree) };
};
