import { InvalidStateError } from '../core/errors.ts';
import type { HciTransport, HciTransportSink } from '../core/transport.ts';
import type { HostPort } from './controller.ts';
import type { HostLine } from './host-line.ts';
import { KeepAlive } from './keep-alive.ts';

/** Packets kept for a host that has paused. What is left out are reports; the controller holds data back by itself. */
const PAUSED_LIMIT = 1024;

/** The way of a host in this process to its controller. */
export class HostTransport implements HciTransport, HostLine {
  readonly name: string;
  readonly pendingBytes = 0;
  readonly #keepAlive = new KeepAlive();
  #port: HostPort | undefined;
  #sink: HciTransportSink | undefined;
  #paused = false;
  #closed = false;
  readonly #waiting: Uint8Array[] = [];
  #dropped = 0;

  constructor(name: string, attach: (line: HostLine) => HostPort) {
    this.name = name;
    this.#port = attach(this);
    this.#keepAlive.hold();
  }

  get counters(): Readonly<Record<string, number>> {
    return { droppedWhilePaused: this.#dropped };
  }

  get writable(): boolean {
    return !this.#paused && !this.#closed;
  }

  start(sink: HciTransportSink): void {
    if (this.#sink !== undefined)
      throw new InvalidStateError(`${this.name} has been started: start() is called once`);
    this.#sink = sink;
    this.#flush();
  }

  send(packet: Uint8Array): void {
    this.#port?.send(packet);
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#flush();
    if (this.writable) this.#port?.writable();
  }

  ref(): void {
    if (!this.#closed) this.#keepAlive.hold();
  }

  unref(): void {
    this.#keepAlive.release();
  }

  close(): Promise<void> {
    if (!this.#closed) {
      const port = this.#port;
      this.#end();
      port?.gone();
    }
    return Promise.resolve();
  }

  deliver(packet: Uint8Array): void {
    if (this.#closed) return;
    if (this.#sink !== undefined && !this.#paused && this.#waiting.length === 0) {
      this.#sink.packet(packet);
      return;
    }
    if (this.#waiting.length >= PAUSED_LIMIT) this.#dropped++;
    else this.#waiting.push(packet);
  }

  lost(error: Error): void {
    if (!this.#closed) this.#end(error);
  }

  #flush(): void {
    while (this.#sink !== undefined && !this.#paused && !this.#closed) {
      const packet = this.#waiting.shift();
      if (packet === undefined) return;
      this.#sink.packet(packet);
    }
  }

  #end(error?: Error): void {
    this.#closed = true;
    this.#port = undefined;
    this.#waiting.length = 0;
    this.#keepAlive.release();
    this.#sink?.closed(error);
  }
}
