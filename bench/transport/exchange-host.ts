import { HciPacketType, type HciTransport } from '../../src/core/transport.ts';
import { type Exchange, packetOctets, rateOf, SECONDS, UNPACED_COUNT, WINDOW } from './cases.ts';
import { cpuUs } from './cpu.ts';
import { encodeOrder, takenIn } from './orders.ts';
import type { Outcome } from './outcomes.ts';
import { pace } from './pace.ts';
import { aclPackets } from './packets.ts';

/** The host of a line, with nothing of a stack on it. */
export class ExchangeHost {
  readonly #transport: HciTransport;
  #received = 0;
  #confirmed = 0;
  #onPacket: () => void = () => undefined;
  #onConfirmed: () => void = () => undefined;
  #fail: (error: Error) => void = () => undefined;

  constructor(transport: HciTransport) {
    this.#transport = transport;
    transport.start({
      packet: (packet) => this.#packet(packet),
      lostSync: (what) => this.#fail(new Error(what)),
      closed: (error) => this.#fail(error ?? new Error('the line was closed')),
    });
  }

  /** As many packets each way as the case has; a quarter of them goes before, uncounted. */
  async measure(each: Exchange, scale: number): Promise<Outcome> {
    const paced = each.pace === 'line';
    const rate = rateOf(each);
    const count = Math.ceil((paced ? rate * SECONDS : UNPACED_COUNT) * scale);
    await this.#run(each, Math.ceil(count / 4));
    const [cpuBefore, before, writesBefore] = [cpuUs(), performance.now(), this.#writes];
    await this.#run(each, count);
    const usPerPacket = (cpuUs() - cpuBefore) / count;
    return {
      ...each,
      usPerPacket,
      octetsPerSecond: (count * packetOctets('acl', each.size) * 1000) / (performance.now() - before),
      writesPerPacket: (this.#writes - writesBefore) / count,
      coreShare: paced ? (usPerPacket * rate) / 1e6 : undefined,
    };
  }

  get #writes(): number {
    return this.#transport.counters['writes'] ?? 0;
  }

  #packet(packet: Uint8Array): void {
    if (packet[0] === HciPacketType.acl) {
      this.#received++;
      this.#onPacket();
      return;
    }
    this.#confirmed += takenIn(packet) ?? 0;
    this.#onConfirmed();
  }

  #run({ size, pace: kind }: Exchange, count: number): Promise<void> {
    const packets = aclPackets(size);
    const transport = this.#transport;
    let sent = 0;
    this.#received = 0;
    this.#confirmed = 0;
    const sendUpTo = (due: number): void => {
      for (; sent < due; sent++) {
        const packet = packets[sent % packets.length];
        if (packet !== undefined) transport.send(packet);
      }
    };
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      const checkDone = (): void => {
        if (this.#received === count && this.#confirmed === count) resolve();
      };
      const perSecond =
        kind === 'line' ? rateOf({ kind: 'exchange', name: '', size, pace: kind }) : undefined;
      transport.send(encodeOrder({ order: 'flood', flood: { kind: 'acl', size, count, perSecond } }));
      if (perSecond !== undefined) {
        this.#onPacket = checkDone;
        this.#onConfirmed = checkDone;
        pace(count, perSecond, sendUpTo);
        return;
      }
      let took = 0;
      const tellTook = (): void => {
        transport.send(encodeOrder({ order: 'took', packets: took }));
        took = 0;
      };
      this.#onPacket = () => {
        if (took++ === 0) queueMicrotask(tellTook);
        checkDone();
      };
      this.#onConfirmed = () => {
        sendUpTo(Math.min(count, this.#confirmed + WINDOW));
        checkDone();
      };
      sendUpTo(Math.min(count, WINDOW));
    });
  }
}
