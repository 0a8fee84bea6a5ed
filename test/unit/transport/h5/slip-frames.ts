import { toHex } from '../../../../src/core/bytes.ts';
import { SlipFramer } from '../../../../src/transport/h5/slip.ts';
import { fromHex } from '../../../support/hex.ts';

/** The packets of a stream, and how long the faulty ones were. */
export const framesOf = (hex: string, maxLength = 64) => {
  const packets: string[] = [];
  const faulty: number[] = [];
  const framer = new SlipFramer(maxLength, {
    packet: (packet) => packets.push(toHex(packet)),
    faulty: (length) => faulty.push(length),
  });
  framer.push(fromHex(hex));
  return { packets, faulty, counters: framer.counters };
};
