import type { HciTransportSink } from '../../../src/core/transport.ts';

export const reset = (): Uint8Array => Uint8Array.of(0x01, 0x03, 0x0c, 0x00);
export const resetComplete = (): Uint8Array => Uint8Array.of(0x04, 0x0e, 0x04, 0x01, 0x03, 0x0c, 0x00);

export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
}

export const deferred = <T>(): Deferred<T> => {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
};

/** Keeps copies of everything that a transport delivers, and lets a test wait for it. */
export class RecordingSink implements HciTransportSink {
  readonly packets: Uint8Array[] = [];
  readonly losses: string[] = [];
  readonly ends: (Error | undefined)[] = [];
  readonly ended: Promise<Error | undefined>;
  readonly #end = deferred<Error | undefined>();
  readonly #waiting: ((packet: Uint8Array) => void)[] = [];
  #read = 0;

  constructor() {
    this.ended = this.#end.promise;
  }

  packet(packet: Uint8Array): void {
    if (this.ends.length > 0) throw new Error('a packet after the end');
    const copy = new Uint8Array(packet);
    this.packets.push(copy);
    const waiter = this.#waiting.shift();
    if (waiter === undefined) return;
    this.#read++;
    waiter(copy);
  }

  lostSync(what: string): void {
    this.losses.push(what);
  }

  closed(error?: Error): void {
    this.ends.push(error);
    this.#end.resolve(error);
  }

  /** The first packet that was not asked for yet, now or when it comes. */
  next(): Promise<Uint8Array> {
    const packet = this.packets[this.#read];
    if (packet === undefined) {
      return new Promise((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    this.#read++;
    return Promise.resolve(packet);
  }
}
