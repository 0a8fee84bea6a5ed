import { describe, expect, it } from 'vitest';
import { toHex } from '../../../src/core/bytes.ts';
import { MalformedPduError } from '../../../src/core/errors.ts';
import { btsnoop, readBtsnoop } from '../../../src/snoop/btsnoop.ts';
import { pcapng } from '../../../src/snoop/pcapng.ts';
import type { SnoopRecord } from '../../../src/snoop/snoop-record.ts';

/** 2024-01-01 00:00:00.000123. */
const NEW_YEAR_US = 1_704_067_200_000_123;
const reset = Uint8Array.of(0x01, 0x03, 0x0c, 0x00);
const records: SnoopRecord[] = [
  { direction: 'sent', timestampUs: NEW_YEAR_US, packet: reset, dropped: 0 },
  {
    direction: 'received',
    timestampUs: NEW_YEAR_US + 1,
    packet: Uint8Array.of(4, 0x0e, 4, 1, 3, 0x0c, 0),
    dropped: 0,
  },
  {
    direction: 'received',
    timestampUs: NEW_YEAR_US + 2,
    packet: Uint8Array.of(2, 0x40, 0x20, 1, 0, 9),
    dropped: 7,
  },
  { direction: 'sent', timestampUs: NEW_YEAR_US + 3, packet: Uint8Array.of(2, 0x40, 0, 0, 0), dropped: 7 },
];
const file = (of: SnoopRecord[]): Uint8Array =>
  Uint8Array.of(...btsnoop.header(), ...of.flatMap((record) => [...btsnoop.encode(record)]));

describe('btsnoop', () => {
  it('is laid out as the format says', () => {
    expect(toHex(btsnoop.header())).toBe(`${toHex(new TextEncoder().encode('btsnoop'))}0000000001000003ea`);
    // Lengths, flags (a command, sent), drops, and the time from year 0, all most significant octet first.
    expect(toHex(btsnoop.encode({ direction: 'sent', timestampUs: 0, packet: reset, dropped: 5 }))).toBe(
      `00000004${'00000004'}00000002${'00000005'}00dcddb30f2f8000${'01030c00'}`,
    );
  });

  it('flags direction and kind', () => {
    expect(records.map((record) => btsnoop.encode(record)[11])).toEqual([2, 3, 1, 0]);
  });

  it('reads back what it wrote', () => {
    expect([...readBtsnoop(file(records))]).toEqual(records);
  });

  it('leaves out a last record that is cut, wherever', () => {
    const whole = file(records);
    const lastLength = 24 + 5;
    for (let cut = 1; cut <= lastLength; cut++) {
      expect([...readBtsnoop(whole.subarray(0, whole.length - cut))]).toEqual(records.slice(0, 3));
    }
  });

  it.each([
    ['nothing', new Uint8Array(0)],
    ['another kind of file', new TextEncoder().encode('PK this is a zip archive')],
    ['a datalink that is not H4', Uint8Array.of(...file([]).subarray(0, 12), 0, 0, 3, 0xe9)],
    ['another version', Uint8Array.of(...file([]).subarray(0, 8), 0, 0, 0, 2, 0, 0, 3, 0xea)],
  ])('refuses %s', (_, bytes) => {
    expect(() => [...readBtsnoop(bytes)]).toThrow(MalformedPduError);
  });
});

describe('pcapng', () => {
  it('begins with a section and an interface of H4 with direction', () => {
    expect(toHex(pcapng.header())).toBe(
      `0a0d0d0a${'1c000000'}4d3c2b1a${'01000000'}ffffffffffffffff${'1c000000'}` +
        `01000000${'14000000'}c9000000${'00000000'}14000000`,
    );
  });

  it('pads its blocks and says their length at both ends', () => {
    for (const record of records) {
      const block = pcapng.encode(record);
      const view = new DataView(block.buffer);
      expect(block.length % 4).toBe(0);
      expect(view.getUint32(0, true)).toBe(6);
      expect(view.getUint32(4, true)).toBe(block.length);
      expect(view.getUint32(block.length - 4, true)).toBe(block.length);
      expect(view.getUint32(20, true)).toBe(record.packet.length + 4);
      expect(view.getUint32(12, true) * 2 ** 32 + view.getUint32(16, true)).toBe(record.timestampUs);
      expect(view.getUint32(28)).toBe(record.direction === 'sent' ? 0 : 1);
      expect(block.subarray(32, 32 + record.packet.length)).toEqual(record.packet);
    }
  });
});
