import { describe, expect, test } from 'vitest';
import { toHex } from '../../../src/core/bytes.ts';
import { ManualClock } from '../../../src/core/manual-clock.ts';
import { H4Framer } from '../../../src/transport/h4-framer.ts';
import { encodeH5, H5_MAX_LENGTH } from '../../../src/transport/h5/h5-packet.ts';
import { encodeSlip, SlipFramer } from '../../../src/transport/h5/slip.ts';
import { SeededRandom } from '../../../src/virtual/random.ts';
import { BadLine } from '../../support/bad-line.ts';
import { fromHex } from '../../support/hex.ts';
import { pairOfEnds } from '../../unit/transport/h5/h5-ends.ts';

const resetComplete = '040e0401030c00';

const h4 = (chunks: readonly Uint8Array[]) => {
  const packets: string[] = [];
  const losses: string[] = [];
  const framer = new H4Framer(
    { side: 'host' },
    { packet: (packet) => packets.push(toHex(packet)), lostSync: (what) => losses.push(what) },
  );
  for (const chunk of chunks) framer.push(chunk);
  return { packets, losses, counters: framer.counters };
};

const slip = (chunks: readonly Uint8Array[]) => {
  const packets: string[] = [];
  const faulty: number[] = [];
  const framer = new SlipFramer(H5_MAX_LENGTH, {
    packet: (packet) => packets.push(toHex(packet)),
    faulty: (length) => faulty.push(length),
  });
  // What reads a chunk overwrites it.
  for (const chunk of chunks) framer.push(chunk.slice());
  return { packets, faulty, counters: framer.counters };
};

/** The stream in two pieces, in three, and octet by octet: at every place. */
const splits = function* (stream: Uint8Array): Iterable<readonly Uint8Array[]> {
  yield Array.from(stream, (octet) => Uint8Array.of(octet));
  for (let first = 0; first <= stream.length; first++) {
    yield [stream.subarray(0, first), stream.subarray(first)];
    for (let second = first + 1; second < stream.length; second += 7)
      yield [stream.subarray(0, first), stream.subarray(first, second), stream.subarray(second)];
  }
};

describe('H4 an H4 stream', () => {
  const indicators = [0x00, 0x01, 0x06, 0x17, 0x7f, 0xc0, 0xff];

  test.each(indicators)(
    'H4 with the indicator %i is out of step, and back in it behind a Reset',
    (indicator) => {
      const noise = Uint8Array.of(indicator, 4, 0x0e, 2, 9);
      const { packets, losses } = h4([noise, fromHex(`043e00${resetComplete}040f00`)]);
      expect(losses).toHaveLength(1);
      expect(packets).toEqual([resetComplete, '040f00']);
    },
  );

  test('H4 that claims 65535 octets is not waited for', () => {
    const { packets, losses, counters } = h4([fromHex(`024000ffff${resetComplete}`)]);
    expect(losses).toEqual([expect.stringContaining('an ACL data packet that claims 65535 octets')]);
    expect(packets).toEqual([resetComplete]);
    expect(counters.overlongPackets).toBe(1);
  });

  test('H4 of packets and garbage says the same, wherever it is cut', () => {
    const stream = fromHex(
      `043e0301020302400003 00aabbcc 05 0000 0100 ee 17 22 01030c ${resetComplete} 040f00 02`,
    );
    const whole = h4([stream]);
    expect(whole.packets).toContain(resetComplete);
    for (const chunks of splits(stream)) {
      const { packets, losses, counters } = h4(chunks);
      expect([packets, losses.length, counters]).toEqual([whole.packets, 1, whole.counters]);
    }
  });

  test('H4 that loses octets ends out of step or in it, never in a packet that is too long', () => {
    const clock = new ManualClock();
    for (let seed = 1; seed <= 40; seed++) {
      const received: string[] = [];
      let losses = 0;
      const framer = new H4Framer(
        { side: 'host' },
        { packet: (packet) => received.push(toHex(packet)), lostSync: () => losses++ },
      );
      const line = new BadLine({ seed, drop: 0.01, flip: 0.01 }, clock, (chunk) => framer.push(chunk));
      for (let n = 0; n < 200; n++) line.carry(Uint8Array.of(4, 0x3e, 3, 1, n & 0xff, 9));
      // Whatever state that has left, answers to enough Resets find the way back.
      for (let i = 0; i < 80; i++) framer.push(fromHex(resetComplete));
      framer.push(fromHex('040f00'));
      expect(received.at(-1)).toBe('040f00');
      expect(framer.counters.resynced).toBe(losses);
      expect(losses).toBeGreaterThan(0);
    }
  });
});

describe('H4 an H5 stream', () => {
  const frame = (payload: string, sequence = 0): string =>
    toHex(
      encodeSlip(
        encodeH5({
          reliable: true,
          sequence,
          acknowledge: 0,
          type: 4,
          checked: true,
          payload: fromHex(payload),
        }),
      ),
    );

  test('H4 of packets and garbage says the same, wherever it is cut', () => {
    const stream = fromHex(
      `aabb ${frame('3e03c0dbc0')} 1122 ${frame('dbdcdd')} c0 db db c0 ${frame('0f00', 1)} c0 db`.replaceAll(
        ' ',
        '',
      ),
    );
    const whole = slip([stream]);
    expect(whole.packets).toHaveLength(3);
    expect(whole.faulty).toEqual([0]);
    for (const chunks of splits(stream)) expect(slip(chunks)).toEqual(whole);
  });

  test('H4 without a delimiter holds one packet at most, and the next one is heard', () => {
    const { packets, counters } = slip([
      fromHex('c0'),
      ...Array.from({ length: 100 }, () => new Uint8Array(1000).fill(7)),
      fromHex(`c0${frame('0f00')}`),
    ]);
    expect(packets).toHaveLength(1);
    expect(counters.slipOverlong).toBe(1);
  });

  test('H4 with errors of every kind: each is counted, and everything arrives', async () => {
    const clock = new ManualClock();
    const { host, controller, stop } = pairOfEnds(clock, { seed: 77, drop: 0.004, flip: 0.004, add: 0.004 });
    controller.link.start();
    host.link.start();
    for (let n = 0; n < 300; n++) controller.link.send(Uint8Array.of(4, 0x3e, 2, n & 0xff, n >> 8));
    for (let i = 0; i < 600 && controller.link.pendingBytes > 0; i++) await clock.advance(100);
    expect(host.packets).toEqual(
      Array.from({ length: 300 }, (_, n) => toHex(Uint8Array.of(4, 0x3e, 2, n & 0xff, n >> 8))),
    );
    const { counters } = host.link;
    for (const name of [
      'slipStrayOctets',
      'h5HeaderErrors',
      'h5LengthErrors',
      'h5IntegrityErrors',
      'h5OutOfSequence',
    ])
      expect(counters[name]).toBeGreaterThan(0);
    stop();
    expect(clock.pending).toBe(0);
  });

  test('H4 of nothing but noise is no link, and costs no more than it is long', async () => {
    const clock = new ManualClock();
    const { host, stop } = pairOfEnds(clock);
    let said = 0;
    host.out = (chunk) => {
      said += chunk.length;
    };
    host.link.start();
    const random = new SeededRandom(3);
    for (let i = 0; i < 500; i++) host.link.push(random.bytes(200));
    await clock.advance(10_000);
    expect(host.link.phase).toBe('uninitialized');
    expect(host.packets).toEqual([]);
    expect(said).toBeLessThan(100_000);
    stop();
    expect(clock.pending).toBe(0);
  });
});
