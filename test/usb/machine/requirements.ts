/** What this machine must have for the guest to be made and run. */
import { existsSync, readFileSync } from 'node:fs';
import { arch } from 'node:process';
import { checkTools, MissingToolError } from '../../interop/tools.ts';

const needed = [
  { program: 'qemu-system-x86_64', flag: '--version', debianPackage: 'qemu-system-x86' },
  { program: 'mmdebstrap', flag: '--version', debianPackage: 'mmdebstrap' },
  { program: 'depmod', flag: '--version', debianPackage: 'kmod' },
  { program: 'cpio', flag: '--version', debianPackage: 'cpio' },
  { program: 'mke2fs', flag: '-V', debianPackage: 'e2fsprogs' },
  { program: 'xz', flag: '--version', debianPackage: 'xz-utils' },
  { program: 'zstd', flag: '--version', debianPackage: 'zstd' },
  { program: 'make', flag: '--version', debianPackage: 'make' },
  { program: 'g++', flag: '--version', debianPackage: 'g++' },
  { program: 'python3', flag: '--version', debianPackage: 'python3' },
  { program: 'tshark', flag: '--version', debianPackage: 'tshark' },
];

/** A release of Debian by its name, as in `bookworm`. */
export const debianRelease = (): string => {
  const file = '/etc/os-release';
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const fieldOf = (name: string): string => new RegExp(`^${name}="?([^"\n]*)`, 'm').exec(text)?.[1] ?? '';
  const release = fieldOf('VERSION_CODENAME');
  if (fieldOf('ID') === 'debian' && release !== '') return release;
  throw new MissingToolError('the guest is made from the packages of Debian, and this machine is not Debian');
};

/** Throws MissingToolError, which says what to do. */
export const checkRequirements = (): void => {
  if (arch !== 'x64') throw new MissingToolError(`the guest is a PC of 64 bits, and this machine is ${arch}`);
  debianRelease();
  if (process.getuid?.() !== 0)
    throw new MissingToolError(
      'unpacking a Debian with its owners and devices takes root: sudo npm run test:usb',
    );
  checkTools(needed);
};
