import {
  type HciSocket,
  HciSocketError,
  type HciSocketFault,
  type HciSocketListener,
  type HciSocketPort,
} from '../../../../src/transport/hci-socket/hci-socket-port.ts';

export interface FakeHciSocketOptions {
  readonly devices?: readonly number[] | undefined;
  /** What opening fails with, one try after the other. */
  readonly failOpen?: readonly HciSocketFault[] | undefined;
  readonly failDevices?: HciSocketFault | undefined;
}

/** The kernel's HCI sockets by their rules: one user channel for a device, packets of 4 to 1028 octets, nothing after the end. */
export class FakeHciSocket implements HciSocketPort {
  readonly log: string[] = [];
  readonly sent: Uint8Array[] = [];
  /** Packets that it still takes. */
  room = Number.POSITIVE_INFINITY;
  failWrite: HciSocketFault | undefined;
  readonly #options: FakeHciSocketOptions;
  readonly #failOpen: HciSocketFault[];
  #listener: HciSocketListener | undefined;

  constructor(options: FakeHciSocketOptions = {}) {
    this.#options = options;
    this.#failOpen = [...(options.failOpen ?? [])];
  }

  readonly load = async (): Promise<HciSocketPort> => this;

  get isOpen(): boolean {
    return this.#listener !== undefined;
  }

  devices(): readonly number[] {
    if (this.#options.failDevices !== undefined) throw fault(this.#options.failDevices);
    return this.#options.devices ?? [0];
  }

  open(index: number, listener: HciSocketListener): HciSocket {
    this.log.push(`open ${index}`);
    const failure = this.#failOpen.shift();
    if (failure !== undefined) throw fault(failure);
    if (!this.devices().includes(index)) throw fault('noDevice');
    if (this.#listener !== undefined) throw fault('busy');
    this.#listener = listener;
    return {
      write: (packet) => this.#write(packet),
      close: () => {
        if (this.#listener === undefined) return;
        this.log.push('close');
        this.#listener = undefined;
      },
    };
  }

  /** The kernel has read a packet from the device. */
  deliver(...octets: readonly number[]): void {
    if (this.#listener === undefined) throw new Error('delivery on a closed socket');
    this.#listener.packet(Buffer.from(octets));
  }

  unplug(): void {
    const listener = this.#listener;
    if (listener === undefined) throw new Error('nobody would be told');
    this.log.push('gone');
    this.#listener = undefined;
    listener.gone();
  }

  #write(packet: Uint8Array): boolean {
    if (this.#listener === undefined) throw new Error('write on a closed socket');
    if (packet.length < 4 || packet.length > 1028)
      throw new HciSocketError('Buffer length must be between 4 and 1028 bytes', 'other');
    if (![1, 2, 3, 5].includes(packet[0] ?? 0)) throw new HciSocketError('EINVAL', 'other');
    if (this.failWrite !== undefined) throw fault(this.failWrite);
    if (this.room === 0) return false;
    this.room--;
    this.sent.push(packet);
    return true;
  }
}

const fault = (of: HciSocketFault): HciSocketError => new HciSocketError(`errno of ${of}`, of);
