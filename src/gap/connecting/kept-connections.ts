import { InvalidStateError } from '../../core/errors.ts';
import type { Device } from '../device.ts';
import { toInitiatingParameters } from './connect-parameters.ts';
import { type KeepConnectedOptions, KeptConnection, type KeptConnectionHost } from './kept-connection.ts';

/** Those that are kept, each peer once. */
export class KeptConnections {
  readonly #host: KeptConnectionHost;
  readonly #kept = new Set<KeptConnection>();

  constructor(host: KeptConnectionHost) {
    this.#host = host;
  }

  has(peer: Device): boolean {
    for (const { device } of this.#kept) {
      if (device.address === peer.address && device.addressType === peer.addressType) return true;
    }
    return false;
  }

  /** Throws InvalidArgumentError for parameters that do not fit, InvalidStateError for a peer that is kept already. */
  keep(device: Device, options: KeepConnectedOptions): KeptConnection {
    toInitiatingParameters(options);
    if (this.has(device))
      throw new InvalidStateError(`${device} is kept connected already: close that first`);
    const kept = new KeptConnection(this.#host, device, options, () => this.#kept.delete(kept));
    this.#kept.add(kept);
    return kept;
  }
}
