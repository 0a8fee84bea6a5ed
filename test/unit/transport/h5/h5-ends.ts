import { toHex } from '../../../../src/core/bytes.ts';
import type { ManualClock } from '../../../../src/core/manual-clock.ts';
import { H5Link } from '../../../../src/transport/h5/h5-link.ts';
import type { H5Configuration } from '../../../../src/transport/h5/h5-link-control.ts';
import { decodeH5, type H5Packet } from '../../../../src/transport/h5/h5-packet.ts';
import { SlipFramer } from '../../../../src/transport/h5/slip.ts';
import type { Line, LineSide } from '../../../../src/transport/line-protocol.ts';
import { BadLine, type LineFaults } from '../../../support/bad-line.ts';

export const BAUD_RATE = 1_000_000;

/** One end of a three-wire line, with what it was told and what it says. */
export class H5End implements Line {
  readonly link: H5Link;
  readonly packets: string[] = [];
  readonly losses: string[] = [];
  resets = 0;
  /** Where its octets go. */
  out: (chunk: Uint8Array) => void = () => undefined;
  readonly #turn: Uint8Array[] = [];
  #awake = false;

  constructor(side: LineSide, clock: ManualClock, offer?: H5Configuration) {
    this.link = new H5Link({ side, clock, baudRate: BAUD_RATE, offer }, this);
  }

  packet(packet: Uint8Array): void {
    this.packets.push(toHex(packet));
  }

  lostSync(what: string): void {
    this.losses.push(what);
  }

  lose(what: string): void {
    this.losses.push(what);
    this.link.stop();
  }

  peerReset(): void {
    this.resets++;
    this.link.stop();
  }

  write(octets: Uint8Array): void {
    this.#turn.push(octets);
    this.wake();
  }

  wake(): void {
    if (this.#awake) return;
    this.#awake = true;
    queueMicrotask(() => {
      this.link.turnEnds();
      this.#awake = false;
      for (const octets of this.#turn.splice(0)) this.out(octets);
    });
  }
}

/** Two ends and the two directions between them. */
export const pairOfEnds = (
  clock: ManualClock,
  faults: LineFaults = { seed: 1 },
  offers: { readonly host?: H5Configuration; readonly controller?: H5Configuration } = {},
) => {
  const host = new H5End('host', clock, offers.host);
  const controller = new H5End('controller', clock, offers.controller);
  const down = new BadLine(faults, clock, (chunk) => controller.link.push(chunk));
  const up = new BadLine({ ...faults, seed: faults.seed + 1 }, clock, (chunk) => host.link.push(chunk));
  host.out = (chunk) => down.carry(chunk);
  controller.out = (chunk) => up.carry(chunk);
  const stop = (): void => {
    host.link.stop();
    controller.link.stop();
    down.cut();
    up.cut();
  };
  return { host, controller, down, up, stop };
};

/** What an end says, packet by packet. */
export const listenTo = (end: H5End): H5Packet[] => {
  const heard: H5Packet[] = [];
  const framer = new SlipFramer(5000, {
    packet: (bytes) => {
      const packet = decodeH5(bytes.slice());
      if (typeof packet === 'string') throw new Error(packet);
      heard.push(packet);
    },
    faulty: () => {
      throw new Error('a packet of ours is faulty');
    },
  });
  const { out } = end;
  end.out = (chunk) => {
    // What reads a chunk overwrites it.
    framer.push(chunk.slice());
    out(chunk);
  };
  return heard;
};
