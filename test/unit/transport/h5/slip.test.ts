import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../../src/core/bytes.ts';
import { encodeSlip, SlipFramer, SlipWriter } from '../../../../src/transport/h5/slip.ts';
import { joinPackets } from '../../../../src/transport/join-packets.ts';
import { fromHex } from '../../../support/hex.ts';
import { framesOf } from './slip-frames.ts';

describe('SLIP', () => {
  it('escapes what may not stand in a packet', () => {
    expect(toHex(encodeSlip(fromHex('00c001dbdcdd')))).toBe('c000dbdc01dbdddcddc0');
    expect(framesOf('c000dbdc01dbdddcddc0').packets).toEqual(['00c001dbdcdd']);
  });

  it('finds the first packet behind octets that are none', () => {
    const { packets, counters } = framesOf('112233c0c00102c0');
    expect(packets).toEqual(['0102']);
    expect(counters.slipStrayOctets).toBe(3);
  });

  it('drops what stands between two packets', () => {
    expect(framesOf('c001c0aabbc0c002c0').packets).toEqual(['01', '02']);
  });

  it('loses one packet for a delimiter that is lost, and no more', () => {
    expect(framesOf('c001c002c0c003c0').packets).toEqual(['01', '03']);
    expect(framesOf('c001 02c0 c003c0 c004c0'.replaceAll(' ', '')).packets).toEqual(['0102', '03', '04']);
  });

  it('drops a packet with a wrong escape, and the rest of it', () => {
    const { packets, faulty, counters } = framesOf('c001db0203c0c004c0c005dbc0c006c0');
    expect(packets).toEqual(['04', '06']);
    expect(faulty).toEqual([1, 1]);
    expect(counters.slipEscapeErrors).toBe(2);
  });

  it('drops what is longer than a packet can be', () => {
    const { packets, faulty, counters } = framesOf('c0010203c0c0010204c0c00102dbdcc0c0c0', 2);
    expect(packets).toEqual([]);
    expect(faulty).toEqual([2, 2, 2]);
    expect(counters.slipOverlong).toBe(3);
  });

  it('is the same octet by octet', () => {
    const octetByOctet = (packet: Uint8Array): string => {
      const middle = Array.from(packet, (octet) =>
        octet === 0xc0 ? 'dbdc' : octet === 0xdb ? 'dbdd' : toHex(Uint8Array.of(octet)),
      );
      return `c0${middle.join('')}c0`;
    };
    const octet = fc.oneof(fc.constantFrom(0xc0, 0xdb, 0xdc, 0xdd), fc.nat(255));
    const packet = fc
      .uint8Array({ maxLength: 30 })
      .chain((some) => fc.array(octet, { maxLength: 30 }).map((more) => Uint8Array.from([...some, ...more])));
    fc.assert(
      fc.property(packet, (bytes) => {
        const hex = octetByOctet(bytes);
        expect(toHex(encodeSlip(bytes))).toBe(hex);
        expect(toHex(new SlipWriter().frame(bytes))).toBe(hex);
        expect(framesOf(hex).packets).toEqual(bytes.length === 0 ? [] : [toHex(bytes)]);
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});

describe('what is not copied', () => {
  const packets = ['0102', '03c0db04', '05', 'c0', 'db', '0607'].map(fromHex);

  it('is a frame behind another: those of a turn are one view', () => {
    const writer = new SlipWriter();
    const frames = packets.map((packet) => writer.frame(packet));
    const length = frames.reduce((sum, frame) => sum + frame.length, 0);
    const joined = joinPackets(frames, length);
    expect(joined.buffer).toBe(frames[0]?.buffer);
    expect(toHex(joined)).toBe(packets.map((packet) => toHex(encodeSlip(packet))).join(''));
  });

  it('is a packet in one chunk, escapes or not', () => {
    const chunk = Uint8Array.from(packets.flatMap((packet) => [...encodeSlip(packet)]));
    const got: string[] = [];
    const framer = new SlipFramer(64, {
      packet: (packet) => {
        expect(packet.buffer).toBe(chunk.buffer);
        got.push(toHex(packet));
      },
      faulty: () => expect.unreachable(),
    });
    framer.push(chunk);
    expect(got).toEqual(packets.map((packet) => toHex(packet)));
  });

  it('is never written to again by who framed it', () => {
    const writer = new SlipWriter();
    const sent = Array.from({ length: 300 }, (_, n) => new Uint8Array(n * 7).fill(n));
    const frames = sent.map((packet) => writer.frame(packet));
    expect(frames.map((frame) => toHex(frame))).toEqual(sent.map((packet) => toHex(encodeSlip(packet))));
    const longest = new Uint8Array(40_000).fill(0xc0);
    expect(toHex(writer.frame(longest))).toBe(toHex(encodeSlip(longest)));
  });
});
