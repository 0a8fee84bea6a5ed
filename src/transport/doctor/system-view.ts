import { access, constants, readdir, readFile, readlink, realpath, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import process from 'node:process';

/** Who a node of the device folder belongs to. */
export interface NodeOwner {
  readonly uid: number;
  readonly gid: number;
  /** The permission bits. */
  readonly mode: number;
}

/** The system as a doctor may look at it: it reads, and runs nothing. Nothing rejects: what cannot be seen is not there. */
export interface SystemView {
  readonly platform: NodeJS.Platform;
  readonly user: { readonly name: string; readonly groups: readonly number[] };
  /** The names in a folder. */
  list(path: string): Promise<readonly string[]>;
  /** The text of a file, without the blank space around it. */
  read(path: string): Promise<string | undefined>;
  /** What a symbolic link says. */
  link(path: string): Promise<string | undefined>;
  /** The path without any symbolic link in it. */
  resolve(path: string): Promise<string | undefined>;
  owner(path: string): Promise<NodeOwner | undefined>;
  /** Whether this user may read and write it. */
  mayOpen(path: string): Promise<boolean>;
}

const unlessFailed = <T>(work: Promise<T>): Promise<T | undefined> => work.catch(() => undefined);

const user = (): SystemView['user'] => {
  const groups = process.getgroups?.() ?? [];
  try {
    const { username, gid } = userInfo();
    return { name: username, groups: [gid, ...groups] };
  } catch {
    // In a container the user may have a number and no name.
    return { name: '$USER', groups };
  }
};

/** The machine that this process runs on. */
export const hostSystem = (): SystemView => ({
  platform: process.platform,
  user: user(),
  list: async (path) => (await unlessFailed(readdir(path))) ?? [],
  read: async (path) => (await unlessFailed(readFile(path, 'utf8')))?.trim(),
  link: (path) => unlessFailed(readlink(path)),
  resolve: (path) => unlessFailed(realpath(path)),
  owner: (path) => unlessFailed(stat(path)),
  mayOpen: (path) =>
    access(path, constants.R_OK | constants.W_OK).then(
      () => true,
      () => false,
    ),
});
