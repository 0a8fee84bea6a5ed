import { describe, expect, it } from 'vitest';
import { toHex } from '../../../src/core/bytes.ts';
import { H4Framer } from '../../../src/transport/h4-framer.ts';
import type { LineSide } from '../../../src/transport/line-protocol.ts';
import { RecordingSink } from './recording-sink.ts';

const bytes = (hex: string): Uint8Array =>
  Uint8Array.from(hex.replaceAll(' ', '').match(/../g) ?? [], (octet) => Number.parseInt(octet, 16));

const framerFor = (side: LineSide, maxAclLength?: number) => {
  const sink = new RecordingSink();
  const framer = new H4Framer({ side, maxAclLength }, sink);
  return { sink, framer, hex: () => sink.packets.map((packet) => toHex(packet)) };
};

const filled = (header: string, length: number): Uint8Array =>
  Uint8Array.of(...bytes(header), ...new Uint8Array(length).fill(0x5a));

const event = bytes('04 3e 03 01 02 03');
const acl = bytes('02 40 20 04 00 aa bb cc dd');
const sco = bytes('03 01 00 02 11 22');
const iso = bytes('05 60 20 03 00 01 02 03');
const command = bytes('01 03 0c 00');

/** Every way to cut `stream` into two, and octet by octet. */
const chunkings = (stream: Uint8Array): Uint8Array[][] => [
  ...Array.from({ length: stream.length }, (_, at) => [stream.slice(0, at), stream.slice(at)]),
  Array.from(stream, (octet) => Uint8Array.of(octet)),
];

describe('H4Framer on the host side', () => {
  const packets = [event, acl, sco, iso, bytes('04 0f 00'), event];
  const stream = Uint8Array.of(...packets.flatMap((packet) => [...packet]));

  it('cuts out the same packets however the octets are chunked', () => {
    for (const chunks of chunkings(stream)) {
      const { framer, hex } = framerFor('host');
      for (const chunk of chunks) framer.push(chunk);
      expect(hex()).toEqual(packets.map((packet) => toHex(packet)));
    }
  });

  it('hands on views of the chunk, and copies only what straddles two', () => {
    const shared: boolean[] = [];
    let chunk = stream;
    const framer = new H4Framer(
      { side: 'host' },
      { packet: (packet) => shared.push(packet.buffer === chunk.buffer), lostSync: () => {} },
    );
    framer.push(chunk);
    expect(shared).toEqual([true, true, true, true, true, true]);
    shared.length = 0;
    chunk = stream.slice(0, event.length + 2);
    framer.push(chunk);
    chunk = stream.slice(event.length + 2);
    framer.push(chunk);
    expect(shared).toEqual([true, false, true, true, true, true]);
  });

  it('takes the longest packet of each kind', () => {
    const longest = [
      filled('04 ff ff', 255),
      filled('02 00 00 00 20', 8192),
      filled('03 00 00 ff', 255),
      filled('05 00 00 ff 3f', 0x3fff),
    ];
    const { framer, sink } = framerFor('host');
    for (const packet of longest) framer.push(packet);
    expect(sink.packets.map((packet) => packet.length)).toEqual([258, 8197, 259, 0x3fff + 5]);
    expect(sink.losses).toEqual([]);
  });

  it('reads 14 bits of the length of ISO data', () => {
    const { framer, hex } = framerFor('host');
    framer.push(bytes('05 60 20 02 c0 01 02'));
    expect(hex()).toEqual(['05602002c00102']);
  });

  it('refuses a command, which only a host sends', () => {
    const { framer, sink } = framerFor('host');
    framer.push(command);
    expect(sink.packets).toEqual([]);
    expect(sink.losses).toEqual(['0x01 where a packet indicator belongs (01 03 0c 00)']);
  });

  it.each(['00', '06', '7f', 'ff'])('loses step on indicator %s', (indicator) => {
    const { framer, sink } = framerFor('host');
    framer.push(Uint8Array.of(...event, ...bytes(indicator), ...event));
    expect(sink.packets).toHaveLength(1);
    expect(sink.losses).toHaveLength(1);
    expect(framer.counters.lostSync).toBe(1);
  });

  it.each([
    ['in one chunk', false],
    ['octet by octet', true],
  ])('takes an ACL length beyond the limit for noise, %s', (_, split) => {
    const { framer, sink } = framerFor('host', 100);
    const noise = filled('02 00 00 65 00', 101);
    if (split) for (const octet of noise) framer.push(Uint8Array.of(octet));
    else framer.push(noise);
    expect(sink.packets).toEqual([]);
    expect(sink.losses).toHaveLength(1);
    expect(sink.losses[0]).toMatch(/^an ACL data packet that claims 101 octets \(02 00 00 65 00/);
    expect(framer.counters).toMatchObject({ overlongPackets: 1, lostSync: 1 });
  });

  it('comes back into step with the answer to a Reset, which it delivers, however that is chunked', () => {
    const answer = bytes('04 0e 04 05 03 0c 00');
    const tail = Uint8Array.of(...bytes('ee 04 0e 04'), ...answer, ...acl);
    for (const chunks of chunkings(tail)) {
      const { framer, sink, hex } = framerFor('host');
      for (const chunk of chunks) framer.push(chunk);
      expect(hex()).toEqual([toHex(answer), toHex(acl)]);
      expect(sink.losses).toHaveLength(1);
      expect(framer.counters).toMatchObject({ resynced: 1, droppedOctets: 4 });
    }
  });

  it('does not take another answer, or a Reset that failed, for the way back', () => {
    const { framer, sink } = framerFor('host');
    framer.push(bytes('ee 04 0e 04 01 03 10 00 04 0e 04 01 03 0c 0c 04 3e 01 00'));
    expect(sink.packets).toEqual([]);
  });

  it('says again when it loses step again', () => {
    const { framer, sink } = framerFor('host');
    const answer = bytes('04 0e 04 01 03 0c 00');
    framer.push(Uint8Array.of(0xee, ...answer, ...event, 0xdd, ...answer));
    expect(sink.losses).toHaveLength(2);
    expect(sink.packets).toHaveLength(3);
  });

  it('delivers nothing once stopped, also in the middle of a chunk', () => {
    const seen: number[] = [];
    const framer = new H4Framer(
      { side: 'host' },
      {
        packet: (packet) => {
          seen.push(packet.length);
          framer.stop();
        },
        lostSync: () => {},
      },
    );
    framer.push(stream);
    framer.push(stream);
    expect(seen).toEqual([event.length]);
  });
});

describe('H4Framer on the controller side', () => {
  it('takes commands and data', () => {
    const { framer, hex } = framerFor('controller');
    framer.push(Uint8Array.of(...command, ...acl, ...iso, ...bytes('01 05 10 02 aa bb')));
    expect(hex()).toEqual([toHex(command), toHex(acl), toHex(iso), '01051002aabb']);
  });

  it('refuses an event and comes back with the command Reset, however that is chunked', () => {
    const tail = Uint8Array.of(...event, 0x01, ...command, ...acl);
    for (const chunks of chunkings(tail)) {
      const { framer, sink, hex } = framerFor('controller');
      for (const chunk of chunks) framer.push(chunk);
      expect(hex()).toEqual([toHex(command), toHex(acl)]);
      expect(sink.losses).toHaveLength(1);
    }
  });
});
