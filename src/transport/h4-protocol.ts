import { H4Framer } from './h4-framer.ts';
import type { Line, LineProtocol, LineSide } from './line-protocol.ts';

export interface H4Options {
  readonly side: LineSide;
  readonly maxAclLength?: number | undefined;
}

/** Packets stand in the stream as they are, each behind its indicator (Vol 4, Part A). */
export class H4Protocol implements LineProtocol {
  readonly pendingBytes = 0;
  readonly #line: Line;
  readonly #framer: H4Framer;

  constructor(options: H4Options, line: Line) {
    this.#line = line;
    this.#framer = new H4Framer(options, line);
  }

  get counters(): Readonly<Record<string, number>> {
    return this.#framer.counters;
  }

  push(chunk: Uint8Array): void {
    this.#framer.push(chunk);
  }

  send(packet: Uint8Array): void {
    this.#line.write(packet);
  }

  stop(): void {
    this.#framer.stop();
  }
}
