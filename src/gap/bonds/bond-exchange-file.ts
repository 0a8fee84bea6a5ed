import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type AddressType, parseAddress } from '../../core/address.ts';
import type { Bytes } from '../../core/bytes.ts';
import { BleError, InvalidArgumentError, InvalidStateError } from '../../core/errors.ts';
import type { Bond, IdentityAddress } from '../../smp/bond.ts';
import { type BondsOfIdentity, bondsOf } from '../../smp/bond-store.ts';
import { parseAiobleSecrets, printAiobleSecrets } from '../../smp/codec/aioble-secrets.ts';
import {
  parseBluezIdentity,
  parseBluezInfo,
  printBluezIdentity,
  printBluezInfo,
} from '../../smp/codec/bluez-info.ts';
import { parseBonds, printBonds } from '../../smp/codec/bond-document.ts';
import { reasonOf } from '../../smp/codec/foreign-bonds.ts';

/** Jelling's own file; `ble_secrets.json` of MicroPython's aioble over NimBLE; the folder `/var/lib/bluetooth` of BlueZ, or that of one adapter in it. */
export type BondFormat = 'jelling' | 'aioble' | 'bluez';

/** The bonds of one identity, and its IRK where it is known. */
export interface ExchangedBonds extends BondsOfIdentity {
  readonly irk?: Bytes | undefined;
}

export interface ImportedBonds {
  readonly format: BondFormat;
  readonly identities: readonly ExchangedBonds[];
  /** What was passed over, and why: peers of BR/EDR, keys that are none. */
  readonly skipped: readonly string[];
}

export interface ImportOptions {
  /** Default: told by what the path leads to. */
  readonly format?: BondFormat | undefined;
  /** Whose bonds these are. A file of aioble does not say; in the others only those of this identity are read. */
  readonly local?: IdentityAddress | undefined;
}

const LONGEST = 16 * 1024 * 1024;
/** Of the folders of BlueZ: adapters, and devices of each. */
const MAX_FOLDERS = 4096;
/** The folder of an adapter, or of a device. One that goes by a static address says so. */
const addressFolder = /^(static-)?([0-9A-F]{2}(?::[0-9A-F]{2}){5})$/i;

/** What a failure of the file system means for whoever asked. */
const doing = async <T>(what: string, work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (cause) {
    if (cause instanceof BleError) throw cause;
    throw new InvalidStateError(`cannot ${what}: ${(cause as Error).message}`, { cause });
  }
};

const readText = async (path: string): Promise<string> => {
  if ((await stat(path)).size > LONGEST)
    throw new InvalidArgumentError(`${path} is longer than ${LONGEST} octets`);
  return readFile(path, 'utf8');
};

/** What a text of that file is, or an error that names the file. */
const parsed = <T>(path: string, parse: () => T): T => {
  try {
    return parse();
  } catch (cause) {
    throw new InvalidArgumentError(`${path}: ${reasonOf(cause)}`, { cause });
  }
};

const readJson = (
  path: string,
  text: string,
  format: 'jelling' | 'aioble',
  local: IdentityAddress | undefined,
) => {
  if (format === 'jelling') {
    const all = parsed(path, () => parseBonds(text));
    const identities = local === undefined ? all : [{ local, bonds: bondsOf(all, local) }];
    return { format, identities, skipped: [] };
  }
  if (local === undefined) {
    throw new InvalidArgumentError(
      `${path} does not say whose bonds it holds: give the address of that identity`,
    );
  }
  const { bonds, irk, skipped } = parsed(path, () => parseAiobleSecrets(text));
  return { format, identities: [{ local, bonds, irk }], skipped };
};

/** Folders that are named by an address. */
const addressFolders = async (path: string): Promise<readonly string[]> => {
  const entries = await readdir(path, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && addressFolder.test(entry.name))
    .map(({ name }) => name)
    .slice(0, MAX_FOLDERS);
};

/** The text, or undefined where there is no such file. */
const readIfThere = async (path: string): Promise<string | undefined> => {
  try {
    return await readText(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

const identityOfFolder = (name: string): IdentityAddress => {
  const [, prefix, address = ''] = addressFolder.exec(name) ?? [];
  return { address: parseAddress(address), type: prefix === undefined ? 'public' : 'random' };
};

const readAdapterFolder = async (path: string, skipped: string[]): Promise<ExchangedBonds> => {
  const bonds: Bond[] = [];
  for (const name of await addressFolders(path)) {
    const info = join(path, name, 'info');
    const text = await readIfThere(info);
    if (text === undefined) continue;
    try {
      bonds.push(parseBluezInfo(text, parseAddress(name)));
    } catch (error) {
      skipped.push(`${info}: ${reasonOf(error)}`);
    }
  }
  const identity = await readIfThere(join(path, 'identity'));
  const irk =
    identity === undefined ? undefined : parsed(join(path, 'identity'), () => parseBluezIdentity(identity));
  return { local: identityOfFolder(basename(path)), bonds, irk };
};

const readBluez = async (path: string, local: IdentityAddress | undefined): Promise<ImportedBonds> => {
  const skipped: string[] = [];
  const ofOne = addressFolder.test(basename(path));
  const folders = ofOne ? [path] : (await addressFolders(path)).map((name) => join(path, name));
  const identities: ExchangedBonds[] = [];
  for (const folder of folders) {
    const identity = identityOfFolder(basename(folder));
    if (local !== undefined && (identity.address !== local.address || identity.type !== local.type)) continue;
    identities.push(await readAdapterFolder(folder, skipped));
  }
  return { format: 'bluez', identities, skipped };
};

const readAny = async (path: string, { format, local }: ImportOptions): Promise<ImportedBonds> => {
  const isFolder = (await stat(path)).isDirectory();
  if (format === 'bluez' || (format === undefined && isFolder)) return readBluez(path, local);
  const text = await readText(path);
  return readJson(path, text, format ?? (text.trimStart().startsWith('[') ? 'aioble' : 'jelling'), local);
};

/**
 * Reads the bonds that another program, or Jelling elsewhere, has kept. They are of use where this side goes by the same identity address: the keys belong to both.
 * Nothing is changed; give what is read to the `save` of a store.
 *
 * @throws InvalidArgumentError for what is none of the formats, InvalidStateError for what cannot be read.
 */
export const importBonds = (path: string, options: ImportOptions = {}): Promise<ImportedBonds> =>
  doing(`read bonds from ${path}`, readAny(path, options));

/** Never in the place of what is there. */
const writeNew = async (path: string, text: string): Promise<void> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(path, text, { mode: 0o600, flag: 'wx' });
};

const folderOf = (address: string, type: AddressType): string =>
  type === 'random' ? `static-${address}` : address;

const writeBluez = async (path: string, identities: readonly ExchangedBonds[]): Promise<void> => {
  for (const { local, bonds, irk } of identities) {
    const folder = join(path, folderOf(local.address, local.type));
    if (irk !== undefined) await writeNew(join(folder, 'identity'), printBluezIdentity(irk));
    for (const bond of bonds) await writeNew(join(folder, bond.peer.address, 'info'), printBluezInfo(bond));
  }
};

const printSecrets = (identities: readonly ExchangedBonds[]): string => {
  const [one, ...more] = identities;
  if (one === undefined || more.length > 0) {
    throw new InvalidArgumentError(
      `a file of aioble holds the bonds of one identity, not of ${identities.length}: choose one`,
    );
  }
  return printAiobleSecrets(one.bonds, one.irk);
};

/**
 * Writes bonds, keys and all, in the form of another program. `path` is a new file; for `bluez` a folder like `/var/lib/bluetooth`, in which no file may be there
 * already. All that is written is for its owner alone.
 *
 * @throws InvalidArgumentError for what the format cannot hold, InvalidStateError for what cannot be written.
 */
export const exportBonds = (
  path: string,
  format: BondFormat,
  identities: readonly ExchangedBonds[],
): Promise<void> => {
  const written = async (): Promise<void> => {
    if (format === 'bluez') await writeBluez(path, identities);
    else await writeNew(path, format === 'jelling' ? printBonds(identities) : printSecrets(identities));
  };
  return doing(`write bonds to ${path}`, written());
};
