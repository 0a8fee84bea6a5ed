import { readU16 } from '../../src/core/bytes.ts';
import { HciPacketType, type HciTransport, type HciTransportSink } from '../../src/core/transport.ts';

const ATT_CID = 0x0004;
/** Where the ATT opcode stands behind the headers of H4, ACL and L2CAP. */
const OPCODE_OFFSET = 9;
const COMMAND_FLAG = 0x40;
const CONFIRMATION = 0x1e;
/** Requests have even opcodes, answers odd ones (Vol 3, Part F, 3.4.8). */
const isRequest = (opcode: number): boolean =>
  opcode % 2 === 0 && (opcode & COMMAND_FLAG) === 0 && opcode !== CONFIRMATION;

/** A transport that counts the ATT requests on their way out. */
export class CountingTransport implements HciTransport {
  readonly #inner: HciTransport;
  requests = 0;

  constructor(inner: HciTransport) {
    this.#inner = inner;
  }

  send(packet: Uint8Array): void {
    const isAtt =
      packet[0] === HciPacketType.acl && packet.length > OPCODE_OFFSET && readU16(packet, 7) === ATT_CID;
    if (isAtt && isRequest(packet[OPCODE_OFFSET] ?? 0)) this.requests++;
    this.#inner.send(packet);
  }

  start(sink: HciTransportSink): void {
    this.#inner.start(sink);
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
    return this.#inner.close();
  }
  get name(): string {
    return this.#inner.name;
  }
  get pendingBytes(): number {
    return this.#inner.pendingBytes;
  }
  get counters(): Readonly<Record<string, number>> {
    return this.#inner.counters;
  }
}
