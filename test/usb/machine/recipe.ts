/** What the guest is made of. Whatever changes here makes a new guest. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Beside the packages that every Debian has. */
export const packages = [
  'bluez',
  'busybox-static',
  'iproute2',
  'kmod',
  'mount',
  'procps',
  'udev',
  'usbip',
  'usbutils',
];

/** What has to be there before the root file system is, in the order of loading. */
export const bootModules = ['virtio_pci', 'virtio_blk', 'virtio_net', 'virtio_console', 'ext4'];

/** What rows and udev may load. `hci_vhci` gives an hci device without any USB, and `uhid` is what bluetoothd asks for. */
export const modules = ['vhci-hcd', 'btusb', 'hci_vhci', 'uhid', ...bootModules];

/** The user who may do nothing. */
export const user = { name: 'user', id: 1000 };

export const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Names what comes of this recipe with a release of Debian and with this Node.js, which goes into the guest. */
export const keyOf = (release: string): string => {
  const hash = createHash('sha256');
  const files = [
    'recipe.ts',
    'image.ts',
    'kernel.ts',
    'initramfs.ts',
    ...readdirSync(here('root/')).map((name) => `root/${name}`),
  ];
  for (const file of files) hash.update(`${file}\n`).update(readFileSync(here(file)));
  hash.update(`${process.version} ${process.execPath}`);
  return `${release}-${hash.digest('hex').slice(0, 16)}`;
};
