import {
  type Bond,
  type Identity,
  type IdentityAddress,
  MemoryBondStore,
  MemoryIdentityStore,
} from 'jelling';
import type { ControllerOptions, SenderOnAir } from 'jelling/virtual';
import { type AddressKind, kindOfAddress } from '../../src/core/address.ts';
import { ahWith } from '../../src/crypto/toolbox.ts';
import { isMadeWith, staticAddressFrom } from '../../src/gap/privacy/random-address.ts';
import { keyOf, secureBond } from './bonds.ts';
import type { Host, Hosts } from './hosts.ts';

/** An identity store that knows one identity, whatever it is asked for. */
class OneIdentity extends MemoryIdentityStore {
  readonly identity: Identity & { readonly irk: Uint8Array<ArrayBuffer> };

  constructor(seed: number) {
    super();
    this.identity = {
      staticAddress: staticAddressFrom(Uint8Array.of(seed, 1, 2, 3, 4, 5)),
      irk: keyOf(200 + seed),
    };
  }

  override load(): Promise<Identity> {
    return Promise.resolve(this.identity);
  }
}

export interface Person extends Host {
  readonly irk: Uint8Array<ArrayBuffer>;
  readonly bonds: MemoryBondStore;
  readonly identity: IdentityAddress;
}

export interface PersonOptions extends ControllerOptions {
  readonly privacy?: boolean | { readonly rotateMs: number };
}

/**
 * Hosts each of which has bonded with all others. They are opened as programs open them: what they know of each other comes out of their stores. A controller
 * without a public address goes by a static one.
 */
export const friends = async (
  hosts: Hosts,
  options: readonly PersonOptions[],
  more: Partial<Bond> = {},
): Promise<readonly Person[]> => {
  const made = options.map(({ privacy, ...controllerOptions }, at) => {
    const controller = hosts.air.createController(controllerOptions);
    const { address } = controller;
    const identityStore = new OneIdentity(at + 1);
    const { irk, staticAddress } = identityStore.identity;
    const identity: IdentityAddress =
      address === undefined ? { address: staticAddress, type: 'random' } : { address, type: 'public' };
    return { controller, privacy, identityStore, identity, irk, bonds: new MemoryBondStore() };
  });
  const people: Person[] = [];
  for (const [at, one] of made.entries()) {
    const { controller, privacy, identityStore, identity, irk, bonds } = one;
    for (const [other, { identity: peer, irk: peerIrk }] of made.entries()) {
      const seed = Math.min(at, other) * 16 + Math.max(at, other);
      if (other !== at) await bonds.save(identity, secureBond(peer, seed, { peerIrk, ...more }));
    }
    const host = await hosts.hostOn(controller, { identityStore, bonds, privacy });
    people.push({ ...host, irk, bonds, identity });
  }
  return people;
};

/** Two of them. */
export const twoFriends = async (
  hosts: Hosts,
  options: PersonOptions,
  other: PersonOptions = options,
  more: Partial<Bond> = {},
): Promise<readonly [Person, Person]> => {
  const [a, b] = await friends(hosts, [options, other], more);
  if (a === undefined || b === undefined) throw new Error('two were made');
  return [a, b];
};

/** Everything that a controller has shown of itself. */
export class Spy {
  readonly #sent: SenderOnAir[] = [];

  constructor(hosts: Hosts) {
    hosts.air.monitor = (sent) => this.#sent.push(sent);
  }

  /** What it has sent since the last call, of one kind or of all. */
  take({ controller }: Host, kind?: SenderOnAir['kind']): readonly SenderOnAir[] {
    const mine = this.#sent.filter(
      (sent) => sent.station === controller.name && (kind ?? sent.kind) === sent.kind,
    );
    for (const one of mine) this.#sent.splice(this.#sent.indexOf(one), 1);
    return mine;
  }
}

export const kindsOf = (sent: readonly SenderOnAir[]): ReadonlySet<AddressKind> =>
  new Set(sent.map(({ from }) => kindOfAddress(from.address, from.type)));

export const addressesOf = (sent: readonly SenderOnAir[]): readonly string[] => [
  ...new Set(sent.map(({ from }) => from.address)),
];

/** Whether a private address is that of this person. */
export const isOf = ({ irk }: Person, address: SenderOnAir['from']['address']): boolean =>
  isMadeWith(ahWith(irk), address);
