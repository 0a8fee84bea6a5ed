import process from 'node:process';
import { systemClock } from '../../src/core/system-clock.ts';
import { HciPacketType } from '../../src/core/transport.ts';
import { H4Protocol } from '../../src/transport/h4-protocol.ts';
import { H5Link } from '../../src/transport/h5/h5-link.ts';
import { joinPackets } from '../../src/transport/join-packets.ts';
import type { Line, LineProtocol, LineSide } from '../../src/transport/line-protocol.ts';
import { USB_READ_HEADROOM, UsbFramer } from '../../src/transport/usb/usb-framer.ts';
import { exchanges } from './cases.ts';
import { cpuUs } from './cpu.ts';
import { aclPackets } from './packets.ts';

// What lies between a packet and its octets, with no line and no system under it: processor time for a packet that is sent at one end and received at the other.

const TOTAL = 300_000;
/** A window of H5. */
const BATCH = 7;
/** What a read of a pseudo-terminal gives at most. */
const CHUNK = 4096;

/** One end of a line that leads to the other within this program. */
class End implements Line {
  readonly protocol: LineProtocol;
  received = 0;
  #queue: Uint8Array[] = [];
  #queued = 0;

  constructor(make: (line: Line, side: LineSide) => LineProtocol, side: LineSide) {
    this.protocol = make(this, side);
    this.protocol.start?.();
  }

  packet(): void {
    this.received++;
  }
  write(octets: Uint8Array): void {
    this.#queue.push(octets);
    this.#queued += octets.length;
  }
  /** Whether anything left. */
  endTurn(other: End): boolean {
    this.protocol.turnEnds?.();
    if (this.#queued === 0) return false;
    // A copy, as the system makes one: what is read is the reader's own.
    const octets = joinPackets(this.#queue, this.#queued).slice();
    this.#queue = [];
    this.#queued = 0;
    for (let at = 0; at < octets.length; at += CHUNK) other.protocol.push(octets.subarray(at, at + CHUNK));
    return true;
  }
  wake(): void {
    // Every turn is asked whether something has to leave.
  }
  lostSync(what: string): void {
    throw new Error(what);
  }
  lose(what: string): void {
    throw new Error(what);
  }
  peerReset(): void {
    throw new Error('the other end has started anew');
  }
}

/** Until nothing is left to say. */
const exchangeTurns = (host: End, controller: End): void => {
  while (host.endTurn(controller) || controller.endTurn(host));
};

const through = async (
  make: (line: Line, side: LineSide) => LineProtocol,
  packets: readonly Uint8Array[],
  count: number,
): Promise<number> => {
  const host = new End(make, 'host');
  const controller = new End(make, 'controller');
  const send = (index: number): void => {
    const packet = packets[index % packets.length];
    if (packet !== undefined) host.protocol.send(packet);
  };
  // The first one arrives when the link of H5 is established.
  for (send(0); controller.received === 0; await new Promise((resolve) => setTimeout(resolve, 10)))
    exchangeTurns(host, controller);
  const before = cpuUs();
  for (let sent = 0; sent < count; ) {
    for (let i = 0; i < BATCH; i++, sent++) send(sent);
    exchangeTurns(host, controller);
  }
  const spent = cpuUs() - before;
  host.protocol.stop();
  controller.protocol.stop();
  if (controller.received <= count) throw new Error(`${controller.received} of ${count} packets came`);
  return spent;
};

/** What a read of the bulk endpoint holds: one packet. */
const throughUsb = (packets: readonly Uint8Array[], count: number): number => {
  let received = 0;
  const framer = new UsbFramer({
    type: HciPacketType.acl,
    maxLength: 0xffff,
    packet: () => received++,
    overlong: (length) => {
      throw new Error(`${length} octets`);
    },
  });
  const reads = packets.map((packet) => {
    const read = new Uint8Array(USB_READ_HEADROOM + packet.length - 1);
    read.set(packet.subarray(1), USB_READ_HEADROOM);
    return read;
  });
  const before = cpuUs();
  for (let i = 0; i < count; i++) {
    const read = reads[i % reads.length];
    if (read !== undefined) framer.push(read, read.length - USB_READ_HEADROOM);
  }
  if (received < count) throw new Error(`${received} of ${count} packets came`);
  return cpuUs() - before;
};

const h4 = (line: Line, side: LineSide): LineProtocol => new H4Protocol({ side }, line);
const h5 = (line: Line, side: LineSide): LineProtocol =>
  new H5Link({ side, clock: systemClock, baudRate: 3_000_000 }, line);

const ways: Readonly<
  Record<string, (packets: readonly Uint8Array[], count: number) => number | Promise<number>>
> = {
  H4: (packets, count) => through(h4, packets, count),
  H5: (packets, count) => through(h5, packets, count),
  USB: throughUsb,
};

const scale = Number(process.argv[2] ?? '1');
for (const size of new Set(exchanges.map((each) => each.size))) {
  const packets = aclPackets(size);
  for (const [name, run] of Object.entries(ways)) {
    const count = Math.ceil(TOTAL * scale);
    await run(packets, Math.ceil(count / 4));
    const usPerPacket = (await run(packets, count)) / count;
    process.stdout.write(`${JSON.stringify({ name, size, usPerPacket })}\n`);
  }
}
