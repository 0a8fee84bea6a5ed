import type { Clock } from '../../core/clock.ts';
import { TransportError } from '../../core/errors.ts';
import type { HciTransport, HciTransportSink } from '../../core/transport.ts';
import { DongleDevice } from './dongle-device.ts';
import type { DongleFaults } from './dongle-faults.ts';
import type { UsbNature } from './standard-requests.ts';
import type { Urb } from './urbs.ts';
import type { AttachedDevice, UsbHost } from './usbip-device.ts';

export interface DongleTransportOptions {
  readonly name: string;
  readonly nature: UsbNature;
  readonly faults: DongleFaults;
  readonly clock: Clock;
  readonly host: UsbHost;
  readonly ended: () => void;
}

/** The controller's end of the line to a host that has imported its dongle. */
export class DongleTransport implements HciTransport, AttachedDevice {
  readonly name: string;
  readonly #options: DongleTransportOptions;
  readonly #device: DongleDevice;
  #sink: HciTransportSink | undefined;
  /** What was in the chunk in hand behind the import, before anybody listened. */
  readonly #early: Uint8Array[] = [];
  #isEnded = false;
  #lostBy: TransportError | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: DongleTransportOptions) {
    this.#options = options;
    this.name = options.name;
    const { nature, faults, clock, host } = options;
    host.pause();
    this.#device = new DongleDevice({
      nature,
      faults,
      clock,
      complete: (urb, result) => host.complete(urb, result),
      received: (packet) => {
        if (this.#sink === undefined) this.#early.push(new Uint8Array(packet));
        else this.#sink.packet(packet);
      },
      lostSync: (what) => this.#sink?.lostSync(what),
    });
  }

  get pendingBytes(): number {
    return this.#device.pendingBytes;
  }

  get counters(): Readonly<Record<string, number>> {
    return this.#device.counters.all();
  }

  start(sink: HciTransportSink): void {
    this.#sink = sink;
    if (this.#isEnded) {
      queueMicrotask(() => sink.closed(this.#lostBy));
      return;
    }
    for (const packet of this.#early.splice(0)) sink.packet(packet);
    this.#options.host.resume();
  }

  send(packet: Uint8Array): void {
    if (!this.#isEnded) this.#device.send(packet);
  }

  pause(): void {
    this.#options.host.pause();
  }

  resume(): void {
    if (this.#sink !== undefined) this.#options.host.resume();
  }

  /** Without effect: it is the server that keeps the process alive. */
  ref(): void {
    // See above.
  }

  /** Without effect: see ref(). */
  unref(): void {
    // See ref().
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  submit(urb: Urb): void {
    this.#device.submit(urb);
  }

  unlink(urb: Urb): void {
    this.#device.unlink(urb);
  }

  detached(): void {
    if (this.#isEnded) return;
    this.#lostBy = new TransportError(`the ${this.name} has let go of it; it may import it again`);
    this.#end();
    this.#sink?.closed(this.#lostBy);
  }

  async #close(): Promise<void> {
    if (this.#isEnded) return this.#options.host.disconnect('atOnce');
    this.#end();
    await this.#options.host.disconnect('gently');
    this.#sink?.closed();
  }

  #end(): void {
    this.#isEnded = true;
    this.#device.stop();
    this.#options.ended();
  }
}
