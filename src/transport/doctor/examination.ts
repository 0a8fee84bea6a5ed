import { describeOwner, readGroups } from './groups.ts';
import { type RunningProcess, readProcesses } from './processes.ts';
import type { SystemView } from './system-view.ts';

/** What every check looks at, read once. */
export interface Examination {
  readonly system: SystemView;
  readonly groups: Awaited<ReturnType<typeof readGroups>>;
  readonly processes: readonly RunningProcess[];
  /** The adapters of the kernel's Bluetooth: their names, and where their devices are. */
  readonly kernelAdapters: readonly { readonly name: string; readonly path: string }[];
}

export const examine = async (system: SystemView): Promise<Examination> => {
  const kernelAdapters: { name: string; path: string }[] = [];
  for (const name of await system.list('/sys/class/bluetooth')) {
    // A link such as hci0:64 is there beside each hci0 that has one.
    const path = await system.resolve(`/sys/class/bluetooth/${name}`);
    if (/^hci\d+$/.test(name) && path !== undefined) kernelAdapters.push({ name, path });
  }
  return {
    system,
    groups: await readGroups(system),
    processes: await readProcesses(system),
    kernelAdapters,
  };
};

export const ownerOf = async ({ system, groups }: Examination, node: string): Promise<string | undefined> => {
  const owner = await system.owner(node);
  return owner === undefined ? undefined : describeOwner(owner, groups);
};

/**
 * What lets this user into a group. Who has joined it since the log-in is in it only after the next one.
 */
export const joinGroup = ({ system, groups }: Examination, name: string): readonly string[] => {
  const joined = groups.some((group) => group.name === name && group.members.includes(system.user.name));
  return joined
    ? [`newgrp ${name}   # for this shell; for all others log in again`]
    : [`sudo usermod -aG ${name} ${system.user.name}   # then log in again`];
};

export const isInGroup = ({ system, groups }: Examination, name: string): boolean =>
  groups.some((group) => group.name === name && system.user.groups.includes(group.gid));
