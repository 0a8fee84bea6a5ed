import type { HciTransport, HciTransportSink, SerialRate } from '../core/transport.ts';
import type { PacketWriter } from './snoop-record.ts';

class TappedTransport implements HciTransport {
  readonly #inner: HciTransport;
  readonly #writer: PacketWriter;
  #closing: Promise<void> | undefined;

  constructor(inner: HciTransport, writer: PacketWriter) {
    this.#inner = inner;
    this.#writer = writer;
  }

  get name(): string {
    return this.#inner.name;
  }

  get eventLagMs(): number | undefined {
    return this.#inner.eventLagMs;
  }

  get bus(): HciTransport['bus'] {
    return this.#inner.bus;
  }

  get usbVendorId(): number | undefined {
    return this.#inner.usbVendorId;
  }

  get bootLoaderMode(): HciTransport['bootLoaderMode'] {
    return this.#inner.bootLoaderMode;
  }

  get line(): SerialRate | undefined {
    return this.#inner.line;
  }

  get pendingBytes(): number {
    return this.#inner.pendingBytes;
  }

  get counters(): Readonly<Record<string, number>> {
    return this.#inner.counters;
  }

  start(sink: HciTransportSink): void {
    const writer = this.#writer;
    this.#inner.start({
      packet: (packet) => {
        writer.record('received', packet);
        sink.packet(packet);
      },
      lostSync: (what) => sink.lostSync(what),
      closed: (error) => sink.closed(error),
    });
  }

  send(packet: Uint8Array): void {
    this.#writer.record('sent', packet);
    this.#inner.send(packet);
  }

  pause(): void {
    this.#inner.pause();
  }

  resume(): void {
    this.#inner.resume();
  }

  ref(): void {
    this.#inner.ref();
  }

  unref(): void {
    this.#inner.unref();
  }

  close(): Promise<void> {
    this.#closing ??= this.#inner.close().then(() => this.#writer.close());
    return this.#closing;
  }
}

/** The same transport, with every packet that passes given to `writer` too. Closing it closes the transport and then the writer. */
export const tap = (transport: HciTransport, writer: PacketWriter): HciTransport =>
  new TappedTransport(transport, writer);
