import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { kindOfAddress, parseAddress } from '../core/address.ts';
import { toHex } from '../core/bytes.ts';
import { InvalidArgumentError, InvalidStateError } from '../core/errors.ts';
import { randomBytes } from '../crypto/random.ts';
import type { Identity, IdentityStore } from './identity.ts';

/** Adapters that are opened for the first time at once save into one file: one after the other, or one would undo what another did. */
let saving: Promise<void> = Promise.resolve();

/** Identities in a JSON file, written to a temporary name and renamed, readable by its owner alone. */
export class FileIdentityStore implements IdentityStore {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async load(name: string): Promise<Identity | undefined> {
    return (await this.#read())[name];
  }

  save(name: string, identity: Identity): Promise<void> {
    const saved = saving.then(async () => this.#write({ ...(await this.#read()), [name]: identity }));
    saving = saved.catch(() => undefined);
    return saved;
  }

  async #write(all: Record<string, Identity>): Promise<void> {
    const temporary = `${this.#path}.${toHex(randomBytes(6))}.tmp`;
    try {
      await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
      await writeFile(temporary, `${JSON.stringify(all, undefined, 2)}\n`, { mode: 0o600 });
      await chmod(temporary, 0o600);
      await rename(temporary, this.#path);
    } catch (cause) {
      throw new InvalidStateError(
        `cannot keep the adapter's address in ${this.#path} (${(cause as Error).message}): make the folder writable, or give open() another identityStore`,
        { cause },
      );
    }
  }

  async #read(): Promise<Record<string, Identity>> {
    let text: string;
    try {
      text = await readFile(this.#path, 'utf8');
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return {};
      throw new InvalidStateError(
        `cannot read the adapter's address from ${this.#path} (${(cause as Error).message}): make the file readable, or give open() another identityStore`,
        { cause },
      );
    }
    try {
      return checked(JSON.parse(text));
    } catch (cause) {
      throw new InvalidStateError(
        `${this.#path} is damaged (${(cause as Error).message}): mend it, or move it away and a new address is made`,
        { cause },
      );
    }
  }
}

/** The file is input like any other: what it holds is checked before it is believed. */
const checked = (value: unknown): Record<string, Identity> => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidArgumentError('an object with an identity for each adapter is expected');
  }
  const identities: Record<string, Identity> = {};
  for (const [name, entry] of Object.entries(value)) {
    const text: unknown = entry?.staticAddress;
    if (typeof text !== 'string') throw new InvalidArgumentError(`'${name}' has no staticAddress`);
    const staticAddress = parseAddress(text);
    if (kindOfAddress(staticAddress, 'random') !== 'static') {
      throw new InvalidArgumentError(`${text} of '${name}' is no static random address`);
    }
    identities[name] = { staticAddress };
  }
  return identities;
};
