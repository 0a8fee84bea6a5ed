import { type DirectedTarget, directedTarget } from '../advertising/directed-target.ts';
import type { Bonds } from '../bonds/bonds.ts';
import { Connector, type ConnectRequest } from '../connecting/connect.ts';
import { connectPrivately } from '../connecting/connect-private.ts';
import type { Radio } from '../radio/radio.ts';
import type { NewLink, Peer } from '../radio/radio-controller.ts';
import type { ScanManager } from '../scanning/scan.ts';
import type { PeerIdentities } from './peer-identities.ts';

export interface PeerAccessParts {
  readonly radio: Radio;
  readonly scans: ScanManager<unknown>;
  readonly identities: PeerIdentities;
  readonly bonds: Bonds;
}

/** The ways to a peer by its identity, whether it hides or not. */
export class PeerAccess {
  readonly #parts: PeerAccessParts & { readonly connector: Connector };

  constructor(parts: PeerAccessParts) {
    this.#parts = { ...parts, connector: new Connector(parts.radio) };
  }

  /** As Connector.connect(). */
  connect(request: ConnectRequest): Promise<NewLink> {
    const { bonds, connector } = this.#parts;
    const hides = bonds.find(request.peer)?.peerIrk !== undefined;
    return hides ? connectPrivately(this.#parts, request) : connector.connect(request);
  }

  /** How directed advertising calls a peer. Throws InvalidStateError where it cannot be called. */
  aim(given: Peer): DirectedTarget {
    const { identities, bonds, radio } = this.#parts;
    const peer = identities.identify(given);
    return directedTarget(peer, { bond: bonds.find(peer), resolved: radio.resolves(peer) });
  }
}
