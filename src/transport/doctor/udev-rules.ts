import type { SystemView } from './system-view.ts';

/** The rules of the administrator first: they hide those of the same name behind them. */
const FOLDERS: readonly string[] = [
  '/etc/udev/rules.d',
  '/run/udev/rules.d',
  '/usr/lib/udev/rules.d',
  '/lib/udev/rules.d',
];

export interface UdevRule {
  readonly file: string;
  readonly group: string | undefined;
  /** Whether whoever sits at the machine shall have the device. */
  readonly uaccess: boolean;
}

/** The first rule that names both identifiers of a USB device and says who may open it. */
export const findUdevRule = async (
  system: SystemView,
  vendor: string,
  product: string,
): Promise<UdevRule | undefined> => {
  const names = (key: string, value: string): RegExp => new RegExp(`${key}\\}=="${value}"`);
  for (const folder of FOLDERS) {
    for (const name of await system.list(folder)) {
      if (!name.endsWith('.rules')) continue;
      const file = `${folder}/${name}`;
      for (const line of ((await system.read(file)) ?? '').replaceAll('\\\n', ' ').split('\n')) {
        if (line.trimStart().startsWith('#')) continue;
        if (!names('idVendor', vendor).test(line) || !names('idProduct', product).test(line)) continue;
        const group = /GROUP:?="([^"]+)"/.exec(line)?.[1];
        const uaccess = /TAG\+="uaccess"/.test(line);
        if (group !== undefined || uaccess || /MODE:?="/.test(line)) return { file, group, uaccess };
      }
    }
  }
  return undefined;
};
