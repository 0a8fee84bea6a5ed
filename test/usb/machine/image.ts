/** Makes a guest from the packages of Debian: the kernel, what it starts with, and the root file system. */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { run } from './command.ts';
import { packInitramfs } from './initramfs.ts';
import { unpackKernel } from './kernel.ts';
import { bootModules, here, modules, packages, user } from './recipe.ts';
import { aptSources } from './sources.ts';

/** The files of a guest in its folder. */
export const files = { kernel: 'vmlinux', initramfs: 'initramfs', root: 'root.ext4', about: 'about' };

const SIZE = '2G';
/** Only what is in it takes room on this machine. */
const fileSystem = ['-q', '-t', 'ext4', '-O', '^has_journal', '-m', '0'];

export const makeFileSystem = (
  from: string,
  to: string,
  size: string,
  signal: AbortSignal,
): Promise<Buffer> => run('mke2fs', [...fileSystem, '-d', from, to, size], { signal });

/** Rejects with CommandError. What it leaves in `folder` beside the files of the guest is nothing. */
export const makeGuest = async (folder: string, release: string, signal: AbortSignal): Promise<void> => {
  const work = join(folder, 'work');
  const root = join(work, 'root');
  const unpacked = join(work, 'kernel');
  mkdirSync(unpacked, { recursive: true });
  await fetchPackages(work, release, signal);

  const [kernelPackage = ''] = readdirSync(work).filter((name) => name.endsWith('.deb'));
  await run('dpkg-deb', ['-x', join(work, kernelPackage), unpacked], { signal });
  const [version = ''] = readdirSync(join(unpacked, 'lib/modules'));
  const boot = await installModules(root, unpacked, version, signal);
  await unpackKernel(join(unpacked, `boot/vmlinuz-${version}`), join(folder, files.kernel), signal);
  const busybox = join(root, 'usr/bin/busybox');
  await packInitramfs(join(work, 'initramfs'), join(folder, files.initramfs), {
    busybox,
    modules: boot,
    signal,
  });

  for (const name of ['init', 'jelling']) install(here(`root/${name}`), join(root, 'usr/local/sbin', name));
  await installNode(root, signal);
  await furnish(root, signal);
  await makeFileSystem(root, join(folder, files.root), SIZE, signal);
  writeFileSync(join(folder, files.about), `Debian ${release}, Linux ${version}, Node.js ${process.version}`);
  rmSync(work, { recursive: true });
};

/** The packages of the guest, unpacked and not configured, in `root`, and the one of its kernel beside it. */
const fetchPackages = async (work: string, release: string, signal: AbortSignal): Promise<void> => {
  const sources = await aptSources(release, signal);
  const list = join(work, 'sources.list');
  const settings = join(work, 'apt.conf');
  // They may have a password for a proxy in them.
  for (const [path, text] of [
    [list, sources.list],
    [settings, sources.settings],
  ] as const)
    writeFileSync(path, text, { mode: 0o600 });
  // As every Debian has it; packages of the older ones have files below both names.
  const merge =
    'cd "$1" && for name in bin sbin lib lib64; do mkdir -p usr/$name && ln -s usr/$name $name; done';
  await run(
    'mmdebstrap',
    [
      ...['--mode=root', '--variant=extract', '--format=directory'],
      `--aptopt=${settings}`,
      ...['--include=?essential', `--include=${packages.join(',')}`],
      `--setup-hook=${merge}`,
      `--extract-hook=${here('root/fetch-kernel')}`,
      ...[release, join(work, 'root'), list],
    ],
    { env: { KERNEL_FOLDER: work, TMPDIR: work }, timeoutMs: 400_000, discreet: sources.discreet, signal },
  );
};

/** Puts the wanted modules, and those that they need, into `root`; gives the paths of those for the start. */
const installModules = async (
  root: string,
  unpacked: string,
  version: string,
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const all = join(unpacked, 'lib/modules', version);
  const to = join(root, 'usr/lib/modules', version);
  await run('depmod', ['-b', unpacked, version], { signal });
  const pathsOf = async (names: readonly string[]): Promise<readonly string[]> => {
    const paths: string[] = [];
    for (const name of names) {
      const shown = await run('modprobe', ['-d', unpacked, '-S', version, '--show-depends', name], {
        signal,
      });
      paths.push(...[...String(shown).matchAll(/^insmod (\S+)/gm)].map(([, path = '']) => path));
    }
    return [...new Set(paths)];
  };
  for (const path of await pathsOf(modules)) install(path, join(to, relative(all, path)));
  for (const name of ['order', 'builtin', 'builtin.modinfo'])
    install(join(all, `modules.${name}`), join(to, `modules.${name}`));
  await run('depmod', ['-b', root, version], { signal });
  return pathsOf(bootModules);
};

/** The Node.js that runs this, with the libraries that the guest lacks. */
const installNode = async (root: string, signal: AbortSignal): Promise<void> => {
  install(process.execPath, join(root, 'usr/local/bin/node'));
  const libraries = String(await run('ldd', [process.execPath], { signal }));
  for (const [, path = ''] of libraries.matchAll(/ => (\/\S+)/g))
    if (!existsSync(join(root, path))) install(path, join(root, path));
  await run('chroot', [root, 'ldconfig'], { signal });
  await run('chroot', [root, '/usr/local/bin/node', '--version'], { signal });
};

/** What configuring the packages would have done and something needs, and less of what nothing needs. */
const furnish = async (root: string, signal: AbortSignal): Promise<void> => {
  for (const name of ['passwd', 'group']) {
    const master = readFileSync(join(root, `usr/share/base-passwd/${name}.master`), 'utf8');
    const rest = name === 'passwd' ? `x:${user.id}:${user.id}::/tmp:/bin/sh` : `x:${user.id}:`;
    writeFileSync(join(root, 'etc', name), `${master}${user.name}:${rest}\n`);
  }
  for (const name of ['dev', 'jelling', 'proc', 'root', 'run', 'sys', 'tmp'])
    mkdirSync(join(root, name), { recursive: true });
  for (const name of [
    'etc/apt',
    'var/cache/apt',
    'var/lib/apt',
    'usr/share/doc',
    'usr/share/locale',
    'usr/share/man',
  ])
    rmSync(join(root, name), { recursive: true, force: true });
  if (!existsSync(join(root, 'usr/bin/sh'))) symlinkSync('dash', join(root, 'usr/bin/sh'));
  await run('chroot', [root, 'sh', '-c', 'true'], { signal });
};

const install = (from: string, to: string): void => {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
  if (to.includes('/bin/') || to.includes('/sbin/')) chmodSync(to, 0o755);
};
