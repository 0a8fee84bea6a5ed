import type { SystemView } from '../doctor/system-view.ts';

/** A controller that Linux drives. */
export interface HciDevice {
  readonly index: number;
  /** `hci0`. */
  readonly name: string;
  readonly moniker: string;
  /** Where it is in the tree of all devices. */
  readonly path: string;
  /** Whether it has links of Linux's own. */
  readonly hasLinks: boolean;
}

const CLASS = '/sys/class/bluetooth';

/** In the order of their numbers. Not known is which of them are up: that is not in the tree. */
export const findHciDevices = async (system: SystemView): Promise<readonly HciDevice[]> => {
  const names = await system.list(CLASS);
  const devices: HciDevice[] = [];
  for (const name of names) {
    const number = /^hci(\d+)$/.exec(name)?.[1];
    const path = await system.resolve(`${CLASS}/${name}`);
    if (number === undefined || path === undefined) continue;
    // Beside hci0 there is an hci0:64 for each link.
    const hasLinks = names.some((each) => each.startsWith(`${name}:`));
    const index = Number(number);
    devices.push({ index, name, moniker: `hci-socket:${index}`, path, hasLinks });
  }
  return devices.sort((a, b) => a.index - b.index);
};

const CAP_NET_ADMIN = 12n;

/** Whether this process may open a user channel. */
export const mayUseUserChannel = async (system: SystemView): Promise<boolean> => {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec((await system.read('/proc/self/status')) ?? '')?.[1];
  // Where it is not told, opening will tell.
  return effective === undefined || (BigInt(`0x${effective}`) & (1n << CAP_NET_ADMIN)) !== 0n;
};
