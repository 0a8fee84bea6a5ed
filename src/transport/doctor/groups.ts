import type { NodeOwner, SystemView } from './system-view.ts';

interface Group {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

export const readGroups = async (system: SystemView): Promise<readonly Group[]> =>
  ((await system.read('/etc/group')) ?? '')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , gid = '', members = '']) => ({
      name,
      gid: Number(gid),
      members: members.split(','),
    }));

/** `root:dialout, mode 660`, with numbers where there are no names. */
export const describeOwner = ({ uid, gid, mode }: NodeOwner, groups: readonly Group[]): string => {
  const group = groups.find((each) => each.gid === gid)?.name ?? String(gid);
  return `${uid === 0 ? 'root' : `user ${uid}`}:${group}, mode ${(mode & 0o777).toString(8).padStart(3, '0')}`;
};
