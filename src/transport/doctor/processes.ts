import type { SystemView } from './system-view.ts';

export interface RunningProcess {
  readonly pid: number;
  /** Its name, of at most fifteen characters. */
  readonly name: string;
  readonly command: readonly string[];
  /** The devices and, as `socket:[INODE]`, the sockets that it has open; empty for a process of another user, unless this is root. */
  readonly open: ReadonlySet<string>;
}

export const readProcesses = async (system: SystemView): Promise<readonly RunningProcess[]> => {
  const processes: RunningProcess[] = [];
  for (const entry of await system.list('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const folder = `/proc/${entry}`;
    const name = await system.read(`${folder}/comm`);
    // It may have ended since the folder was listed.
    if (name === undefined) continue;
    const command = ((await system.read(`${folder}/cmdline`)) ?? '').split('\0');
    const open = new Set<string>();
    for (const fd of await system.list(`${folder}/fd`)) {
      const target = await system.link(`${folder}/fd/${fd}`);
      if (target !== undefined && /^(\/dev\/|socket:)/.test(target)) open.add(target);
    }
    processes.push({ pid: Number(entry), name, command, open });
  }
  return processes;
};

/** Programs that are started for a port, and name it in their command line, which everybody may read. */
const ATTACHERS: readonly string[] = ['btattach', 'hciattach', 'agetty', 'login'];

/** Who has a device open, as far as this user may see. `names` are its paths, links to it included. */
export const holdersOf = (
  names: readonly string[],
  processes: readonly RunningProcess[],
): readonly RunningProcess[] =>
  processes.filter(
    ({ name, command, open }) =>
      names.some((path) => open.has(path)) ||
      (ATTACHERS.includes(name) &&
        command.some((word) => names.some((path) => word === path || `/dev/${word}` === path))),
  );

export const describeProcess = ({ name, pid }: RunningProcess): string => `${name} (process ${pid})`;
