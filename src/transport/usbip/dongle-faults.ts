import { DongleEndpoint } from './dongle-descriptors.ts';

/** Where a transfer ends before its packet does: offsets into the octets that one HCI packet has on that endpoint, in their order. */
export type CutScript = (octets: Uint8Array, endpoint: number) => readonly number[];

/** How a dongle delivers, and what goes wrong with it. All of it can be changed while a host has the dongle. */
export class DongleFaults {
  /**
   * `ordered`: no ACL data reaches the host before an event that was made earlier, as of a controller behind one buffer. `racing`: the two
   * endpoints are answered independently, as the bus allows (Vol 4, Part B, 2.1), so that data may overtake Connection Complete.
   */
  delivery: 'ordered' | 'racing' = 'ordered';
  /**
   * How often the host's controller asks the interrupt endpoint: an event waits for up to so long, and each further packet of 16 octets again. The
   * descriptor says so, if this is set before the host reads it. 0, the default, is at once, and 1 ms for the descriptor.
   */
  eventPollMs = 0;
  /**
   * Where an empty packet closes a transfer whose last packet is full: behind events and data, behind data alone, as of Zephyr, or nowhere, as of TinyUSB
   * for a long time. A host whose reads are longer than a packet waits for it: Linux for data, and for events since it asks for 260 octets.
   */
  zeroLengthPackets: 'everywhere' | 'data' | 'nowhere' = 'everywhere';
  /** Cuts HCI packets to the host into transfers that are shorter. */
  cut: CutScript | undefined;
  /** From now on it takes everything and answers nothing, not even what was asked before: unplugging it is all that helps. */
  isSilent = false;
  readonly #stalls = new Map<number, number>();
  #isPlugged = true;
  #onUnplug: (() => void) | undefined;

  /**
   * The endpoint halts on its n-th transfer from now, the next one unless said otherwise. A data endpoint stays so until the host clears its halt;
   * the control endpoint refuses that transfer alone (USB 2.0, 8.5.3.4).
   */
  stall(endpoint: number, transfer = 1): void {
    this.#stalls.set(endpoint, transfer);
  }

  /** Pulls it out: the host's connection is cut with all transfers open, and nobody can import it until it is plugged in again. */
  unplug(): void {
    this.#isPlugged = false;
    this.#onUnplug?.();
  }

  plugIn(): void {
    this.#isPlugged = true;
  }

  get isPlugged(): boolean {
    return this.#isPlugged;
  }

  /** For the dongle: whether an empty packet is sent there. */
  closesTransfers(endpoint: number): boolean {
    return (
      this.zeroLengthPackets === 'everywhere' ||
      (this.zeroLengthPackets === 'data' && endpoint !== DongleEndpoint.events)
    );
  }

  /** For the dongle: called on each unplug(). */
  set onUnplug(callback: () => void) {
    this.#onUnplug = callback;
  }

  /** For the dongle: whether the transfer that is about to be carried out is the one that stalls. */
  takeStall(endpoint: number): boolean {
    const left = this.#stalls.get(endpoint);
    if (left === undefined) return false;
    if (left > 1) {
      this.#stalls.set(endpoint, left - 1);
      return false;
    }
    this.#stalls.delete(endpoint);
    return true;
  }
}
