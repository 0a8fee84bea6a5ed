import type { Clock } from '../core/clock.ts';
import { procedure, type WaitOptions } from '../core/procedure.ts';
import type { HciController } from '../hci/hci-controller.ts';
import type { BondStore } from '../smp/bond-store.ts';
import type { LocalIdentity as ToldIdentity } from '../smp/pairing/distribution.ts';
import { Bonds } from './bonds.ts';
import { chooseIdentity, type IdentityChoice, type LocalIdentity } from './local-identity.ts';
import { PeerIdentities } from './peer-identities.ts';
import type { Privacy } from './privacy.ts';
import { Radio } from './radio.ts';
import type { Peer, RadioController, ResolvingEntry } from './radio-controller.ts';
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
  readonly identity: LocalIdentity;
  readonly bonds: Bonds;
  readonly #privacy: Privacy | undefined;

  private constructor(identity: LocalIdentity, bonds: Bonds, privacy: Privacy | undefined) {
    this.identity = identity;
    this.bonds = bonds;
    this.#privacy = privacy;
  }

  /** Asks the controller and the stores; without a deadline of its own. */
  static find(hci: SelfHci, options: SelfOptions): Promise<KnownSelf> {
    const { adapter, clock, signal } = options;
    const what = `finding out who ${adapter} is`;
    const { scope } = hci;
    return procedure<KnownSelf>(
      { what, clock, signal, scope, defaultTimeoutMs: Number.POSITIVE_INFINITY },
      (settle) => {
        KnownSelf.#ask(hci, options).then(settle.resolve, settle.reject);
        return undefined;
      },
    );
  }

  static async #ask(hci: SelfHci, options: SelfOptions): Promise<KnownSelf> {
    const { privacy, bondStore } = options;
    const identity = await chooseIdentity(hci, { ...options, hides: privacy !== undefined });
    return new KnownSelf(identity, await Bonds.open(identity, bondStore), privacy);
  }

  /** What peers that are paired with may be told. The key resolves private addresses, and one who has none gives no valid key (Vol 3, Part C, 9.4.4.2). */
  get told(): ToldIdentity {
    const { address, irk } = this.identity;
    return this.#privacy === undefined ? address : { ...address, irk };
  }

  /** The radio of a controller that shows itself as this one wants and knows whom this one knows. */
  useRadio(controller: RadioController): { readonly radio: Radio; readonly identities: PeerIdentities } {
    const { identity, bonds } = this;
    const { clock, scope } = controller;
    const identities = new PeerIdentities(bonds, () => clock.now());
    const own = new ShownAddresses({
      identity: identity.address,
      irk: identity.irk,
      privacy: this.#privacy,
      extended: controller.abilities.extended,
      clock,
      scope,
      onChange: () => radio.replan(),
    });
    const radio: Radio = new Radio({ controller, own, identify: (peer) => identities.identify(peer) });
    let entries: readonly ResolvingEntry[] = [];
    const localIrk = this.#privacy === undefined ? NO_IRK : identity.irk;
    const know = (): void => {
      entries = resolvingEntries(bonds.all, localIrk, entries);
      radio.wantResolving(entries);
    };
    bonds.onChange(know);
    know();
    return { radio, identities };
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
