import type { Bytes } from '../../core/bytes.ts';
import type { Log } from '../../core/log.ts';
import type { HciController } from '../../hci/hci-controller.ts';
import type { OwnAddress } from '../radio/radio-controller.ts';
import { type Identity, type IdentityStore, newIdentity } from './identity.ts';

/** The identity that an open adapter goes by. */
export interface LocalIdentity {
  /** The identity address: peers that are bonded know the adapter by it. */
  readonly address: OwnAddress;
  /** 16 octets, the most significant first. */
  readonly irk: Bytes;
  /** Resolves when the identity is kept for the next time: to be awaited before anybody relies on it. Rejects with what the store does. */
  keep(): Promise<void>;
}

export interface IdentityChoice {
  readonly store: IdentityStore;
  /** The adapter: identities are kept by it. */
  readonly adapter: string;
  /** One of several identities that the adapter may go by; undefined for that which has the controller's own address. */
  readonly name: string | undefined;
  /** Whether the IRK is used from the start on. */
  readonly hides: boolean;
  readonly log: Log;
}

/**
 * Chooses who the adapter is. Its address is the controller's public one; without it the static one of the chip; without that, or under a name of its own, the
 * one that is made once and kept (Vol 6, Part B, 1.3.2.1). What was made and nobody relies on yet is not written down.
 */
export const chooseIdentity = async (
  hci: Pick<HciController, 'info' | 'readStaticAddress'>,
  choice: IdentityChoice,
): Promise<LocalIdentity> => {
  const { store, adapter, name, hides } = choice;
  const key = name === undefined ? adapter : `${adapter}#${name}`;
  const ofController = name === undefined ? await addressOf(hci) : undefined;
  const relied = ofController === undefined || hides;
  const found = await load(choice, key, relied);
  const { staticAddress, irk } = newIdentity(found);
  let keeping = found?.irk === undefined ? undefined : Promise.resolve();
  const keep = (): Promise<void> => {
    keeping ??= store.save(key, { staticAddress, irk }).catch((error: unknown) => {
      keeping = undefined;
      throw error;
    });
    return keeping;
  };
  if (relied) await keep();
  return { address: ofController ?? { type: 'random', address: staticAddress }, irk, keep };
};

/** What is kept. Where nobody relies on it, what cannot be read is no reason not to open; whoever needs it later hears of it then. */
const load = async (
  { store, adapter, log }: IdentityChoice,
  key: string,
  relied: boolean,
): Promise<Identity | undefined> => {
  try {
    return await store.load(key);
  } catch (error) {
    if (relied) throw error;
    log.write('warn', 'gap', () => `${adapter} goes by an identity of this run: ${String(error)}`);
    return undefined;
  }
};

const addressOf = async (
  hci: Pick<HciController, 'info' | 'readStaticAddress'>,
): Promise<OwnAddress | undefined> => {
  const { publicAddress } = hci.info;
  if (publicAddress !== undefined) return { type: 'public', address: publicAddress };
  const ofTheChip = await hci.readStaticAddress();
  return ofTheChip && { type: 'random', address: ofTheChip };
};
