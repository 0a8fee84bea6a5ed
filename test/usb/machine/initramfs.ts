/** What the kernel starts with: just enough to reach the root file system on the first disk. */
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { run } from './command.ts';

const init = `#!/bin/sh
b=/bin/busybox
$b mount -t devtmpfs dev /dev
while read module; do $b insmod /modules/$module; done </modules/order
$b mount -t ext4 -o noatime /dev/vda /new || exec $b sh
$b mount --move /dev /new/dev
exec $b switch_root /new /usr/local/sbin/init
`;

/** `modules` are paths in the order of loading. `folder` is for what it packs, and goes with its caller's. */
export const packInitramfs = async (
  folder: string,
  to: string,
  { busybox, modules, signal }: { busybox: string; modules: readonly string[]; signal: AbortSignal },
): Promise<void> => {
  for (const name of ['bin', 'dev', 'new', 'modules']) mkdirSync(join(folder, name), { recursive: true });
  copyFileSync(busybox, join(folder, 'bin/busybox'));
  symlinkSync('busybox', join(folder, 'bin/sh'));
  for (const path of modules) copyFileSync(path, join(folder, 'modules', basename(path)));
  writeFileSync(join(folder, 'modules/order'), `${modules.map((path) => basename(path)).join('\n')}\n`);
  writeFileSync(join(folder, 'init'), init, { mode: 0o755 });
  const input = await run('find', ['.'], { cwd: folder, signal });
  writeFileSync(to, await run('cpio', ['-o', '-H', 'newc', '--quiet'], { cwd: folder, input, signal }));
};
