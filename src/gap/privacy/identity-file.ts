import { kindOfAddress } from '../../core/address.ts';
import { toHex } from '../../core/bytes.ts';
import { InvalidStateError } from '../../core/errors.ts';
import { JsonReader } from '../../core/json-reader.ts';
import { PrivateFile } from '../bonds/private-file.ts';
import type { Identity, IdentityStore } from './identity.ts';

/** Identities in a JSON file that its owner alone can read. */
export class FileIdentityStore implements IdentityStore {
  readonly #file: PrivateFile;

  constructor(path: string) {
    this.#file = new PrivateFile(path, {
      what: "the adapter's identity",
      instead: 'another identityStore',
    });
  }

  load(name: string): Promise<Identity | undefined> {
    return this.#file.read((text) => this.#parsed(text).get(name));
  }

  save(name: string, identity: Identity): Promise<void> {
    return this.#file.change(async (text) => printed(this.#parsed(text).set(name, identity)));
  }

  #parsed(text: string | undefined): Map<string, Identity> {
    try {
      return text === undefined ? new Map() : parsed(text);
    } catch (cause) {
      throw new InvalidStateError(
        `${this.#file.path} is damaged (${(cause as Error).message}): mend it, or move it away and a new identity is made`,
        { cause },
      );
    }
  }
}

/** The file is input like any other: what it holds is checked before it is believed. */
const parsed = (text: string): Map<string, Identity> =>
  new Map(
    JsonReader.parse(text)
      .members()
      .map(([name, read]) => {
        const field = read.field('staticAddress');
        const staticAddress = field.address();
        if (kindOfAddress(staticAddress, 'random') !== 'static') {
          throw field.refuse(`${staticAddress} is no static random address`);
        }
        return [name, { staticAddress, irk: read.optional('irk', (irk) => irk.secret(16)) }];
      }),
  );

const printed = (identities: ReadonlyMap<string, Identity>): string => {
  const entries = Array.from(identities, ([name, { staticAddress, irk }]) => [
    name,
    { staticAddress, irk: irk && toHex(irk) },
  ]);
  return `${JSON.stringify(Object.fromEntries(entries), undefined, 2)}\n`;
};
