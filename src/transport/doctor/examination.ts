import { findHciDevices, type HciDevice } from '../hci-socket/hci-devices.ts';
import { describeOwner, readGroups } from './groups.ts';
import { type RunningProcess, readProcesses } from './processes.ts';
import type { SystemView } from './system-view.ts';

/** What every check looks at, read once. */
export interface Examination {
  readonly system: SystemView;
  readonly groups: Awaited<ReturnType<typeof readGroups>>;
  readonly processes: readonly RunningProcess[];
  readonly hciDevices: readonly HciDevice[];
}

export const examine = async (system: SystemView): Promise<Examination> => {
  return {
    system,
    groups: await readGroups(system),
    processes: await readProcesses(system),
    hciDevices: await findHciDevices(system),
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
