import type { Clock } from '../../core/clock.ts';
import { procedure, type WaitOptions } from '../../core/procedure.ts';
import type { WaitScope } from '../../core/wait-scope.ts';
import type { HciController } from '../../hci/hci-controller.ts';
import { sameIdentity } from '../../smp/bond.ts';
import type { BondStore } from '../../smp/bond-store.ts';
import type { LocalIdentity as ToldIdentity } from '../../smp/pairing/distribution.ts';
import { Bonds } from '../bonds/bonds.ts';
import { Radio } from '../radio/radio.ts';
import type { Peer, RadioController, ResolvingEntry } from '../radio/radio-controller.ts';
import { chooseIdentity, type IdentityChoice, type LocalIdentity } from './local-identity.ts';
import { PeerIdentities } from './peer-identities.ts';
import type { Privacy } from './privacy.ts';
import { resolvingEntries } from './resolving-entries.ts';
import { ShownAddresses } from './shown-addresses.ts';

export interface SelfOptions extends Omit<IdentityChoice, 'hides'> {
  /** Undefined where no bonds are kept. */
  readonly bondStore: BondStore | undefined;
  /** Undefined for an adapter that shows who it is. */
  readonly privacy: Privacy | undefined;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

/** What is used of the controller. */
export type SelfHci = Pick<HciController, 'info' | 'readStaticAddress' | 'scope'>;

/** For one change of what is kept on disk. */
const STORE_TIMEOUT_MS = 2_000;
/** Stands for the key of one who shows its identity. */
const NO_IRK = new Uint8Array(16);

/** Who an adapter is, whom it knows, and what it shows of itself. */
export class KnownSelf {
  readonly bonds: Bonds;
  readonly identities: PeerIdentities;
  readonly #options: SelfOptions;
  #identity: LocalIdentity;
  #radio: Radio | undefined;
  #entries: readonly ResolvingEntry[] = [];

  private constructor(identity: LocalIdentity, bonds: Bonds, options: SelfOptions) {
    const { clock } = options;
    this.#identity = identity;
    this.bonds = bonds;
    this.#options = options;
    this.identities = new PeerIdentities(bonds, () => clock.now());
    bonds.onChange(() => this.#know());
  }

  /** Asks the controller and the stores; without a deadline of its own. */
  static find(hci: SelfHci, options: SelfOptions): Promise<KnownSelf> {
    return asking(hci, options, async () => {
      const identity = await identityOn(hci, options);
      return new KnownSelf(identity, await Bonds.open(identity, options.bondStore), options);
    });
  }

  /** Who this side is now: what it was found to be, or what it became with another controller. */
  get identity(): LocalIdentity {
    return this.#identity;
  }

  /** What peers that are paired with may be told. The key resolves private addresses, and one who has none gives no valid key (Vol 3, Part C, 9.4.4.2). */
  get told(): ToldIdentity {
    const { address, irk } = this.identity;
    return this.#options.privacy === undefined ? address : { ...address, irk };
  }

  /** As find(), for a controller that comes in the place of a lost one: with another address this side is somebody else, with bonds of its own. */
  meet(hci: SelfHci, signal: AbortSignal): Promise<void> {
    const { adapter, log } = this.#options;
    return asking(hci, { ...this.#options, signal }, async () => {
      const found = await identityOn(hci, this.#options);
      const before = this.identity;
      if (sameIdentity(found.address, before.address)) return;
      await this.bonds.goBy(found);
      this.#identity = found;
      this.#entries = [];
      this.#know();
      const text = `${adapter} is another controller now: this side goes by ${found.address.address}, no longer by ${before.address.address}, and knows the ${this.bonds.all.length} peers that have bonded with that`;
      log.write('warn', 'gap', () => text);
    });
  }

  /** A radio that shows itself as this side wants and knows whom this side knows. It lasts as long as `life`, by default as long as the controller. */
  useRadio(controller: RadioController, life?: WaitScope | undefined): Radio {
    const identify = (peer: Peer): Peer => this.identities.identify(peer);
    const radio = new Radio({ controller, own: this.#shownBy(controller), identify, life });
    this.#radio = radio;
    this.#know();
    return radio;
  }

  /** The same radio goes on with another controller, which has been met. */
  useController(controller: RadioController): void {
    this.#radio?.use(controller, this.#shownBy(controller));
  }

  #shownBy(controller: RadioController): ShownAddresses {
    const { clock, scope, abilities } = controller;
    return new ShownAddresses({
      identity: this.identity.address,
      irk: this.identity.irk,
      privacy: this.#options.privacy,
      extended: abilities.extended,
      clock,
      scope,
      onChange: () => this.#radio?.replan(),
    });
  }

  /** Has the controller know whom this side knows. */
  #know(): void {
    const localIrk = this.#options.privacy === undefined ? NO_IRK : this.identity.irk;
    this.#entries = resolvingEntries(this.bonds.all, localIrk, this.#entries);
    this.#radio?.wantResolving(this.#entries);
  }

  /** What has been learnt is kept before the adapter is closed; a store that does not answer is not waited for. */
  async settle(clock: RadioController['clock']): Promise<void> {
    const what = 'keeping what was learnt of peers';
    await procedure<void>({ what, clock, defaultTimeoutMs: STORE_TIMEOUT_MS }, (settle) => {
      this.bonds.settled().then(settle.resolve, settle.reject);
      return undefined;
    }).catch(() => undefined);
  }

  removeBond(peer: Peer, clock: RadioController['clock'], options: WaitOptions): Promise<boolean> {
    return procedure<boolean>(
      {
        what: `removing the bond with ${peer.address}`,
        clock,
        defaultTimeoutMs: STORE_TIMEOUT_MS,
        timeoutMs: options.timeoutMs,
        signal: options.signal,
      },
      (settle) => {
        this.bonds.remove(peer).then(settle.resolve, settle.reject);
        return undefined;
      },
    );
  }
}

const identityOn = (hci: SelfHci, options: SelfOptions): Promise<LocalIdentity> =>
  chooseIdentity(hci, { ...options, hides: options.privacy !== undefined });

const asking = <T>({ scope }: SelfHci, options: SelfOptions, work: () => Promise<T>): Promise<T> => {
  const { adapter, clock, signal } = options;
  const what = `finding out who ${adapter} is`;
  return procedure<T>(
    { what, clock, signal, scope, defaultTimeoutMs: Number.POSITIVE_INFINITY },
    (settle) => {
      work().then(settle.resolve, settle.reject);
      return undefined;
    },
  );
};
