import { describe, expect, test } from 'vitest';
import { toHex } from '../../../src/core/bytes.ts';
import { Recombination } from '../../../src/l2cap/recombination.ts';
import { fromHex } from '../../support/hex.ts';

const make = () => {
  const seen: string[] = [];
  const views: Uint8Array[] = [];
  const recombination = new Recombination({
    mtuOf: (cid) => (cid === 0x0004 ? 12 : undefined),
    pdu: (cid, payload) => {
      seen.push(`${cid}:${toHex(payload)}`);
      views.push(payload);
    },
    oversized: (cid, head) => seen.push(`oversized ${cid}:${toHex(head)}`),
    fault: (fault) => seen.push(fault),
  });
  const start = (hex: string): void => recombination.push(fromHex(hex), true);
  const more = (hex: string): void => recombination.push(fromHex(hex), false);
  return { recombination, seen, views, start, more };
};

describe('recombination (Vol 3, Part A, 7.2.2)', () => {
  test('a PDU in one fragment is handed on where it lies', () => {
    const { recombination, seen, views } = make();
    const fragment = fromHex('0300 0400 aabbcc');
    recombination.push(fragment, true);
    expect(seen).toEqual(['4:aabbcc']);
    expect(views[0]?.buffer).toBe(fragment.buffer);
    expect(views[0]?.byteOffset).toBe(4);
  });

  test('a PDU without payload is one too', () => {
    const { seen, start } = make();
    start('0000 0400');
    expect(seen).toEqual(['4:']);
  });

  test('fragments make one PDU', () => {
    const { seen, start, more } = make();
    start('0600 0400 aa');
    more('bbcc');
    more('dd');
    expect(seen).toEqual([]);
    more('eeff');
    expect(seen).toEqual(['4:aabbccddeeff']);
  });

  test('what a handler keeps of the fragments is not its own', () => {
    const { recombination, views } = make();
    const first = fromHex('0300 0400 aa');
    const second = fromHex('bbcc');
    recombination.push(first, true);
    first.fill(0);
    recombination.push(second, false);
    second.fill(0);
    expect(views[0]).toEqual(fromHex('aabbcc'));
  });

  test.each([1, 2, 3, 4])('a header cut after %i octets is joined', (cut) => {
    const { recombination, seen } = make();
    const pdu = fromHex('0300 0400 aabbcc');
    recombination.push(pdu.subarray(0, cut), true);
    recombination.push(pdu.subarray(cut), false);
    expect(seen).toEqual(['4:aabbcc']);
  });

  test('a PDU that comes octet by octet is joined', () => {
    const { recombination, seen } = make();
    const pdu = fromHex('0300 0400 aabbcc');
    for (let i = 0; i < pdu.length; i++) recombination.push(pdu.subarray(i, i + 1), i === 0);
    expect(seen).toEqual(['4:aabbcc']);
  });

  test('a start inside a PDU drops the old one', () => {
    const { seen, start, more } = make();
    start('0600 0400 aa');
    start('0100 0400 bb');
    expect(seen).toEqual(['truncatedPdus', '4:bb']);
    more('cc');
    expect(seen.at(-1)).toBe('strayContinuations');
  });

  test('a start inside a header drops the old one', () => {
    const { seen, start } = make();
    start('0600');
    start('0100 0400 bb');
    expect(seen).toEqual(['truncatedPdus', '4:bb']);
  });

  test('a continuation of nothing is counted', () => {
    const { seen, start, more } = make();
    more('aabb');
    start('0100 0400 bb');
    expect(seen).toEqual(['strayContinuations', '4:bb']);
  });

  test('more octets in one fragment than the header says cost the PDU (L2CAP/COS/CED/BI-03-C)', () => {
    const { seen, start } = make();
    start('0300 0400 aabbccdd');
    start('0400 0400 aabbccdd');
    expect(seen).toEqual(['overlongPdus', '4:aabbccdd']);
  });

  test('more octets in the fragments than the header says cost the PDU (L2CAP/COS/CED/BI-06-C)', () => {
    const { seen, start, more } = make();
    start('0b00 0400 01020304');
    more('0506070809101112');
    expect(seen).toEqual(['overlongPdus']);
    start('0c00 0400 0102030405060708');
    more('09101112');
    expect(seen).toEqual(['overlongPdus', '4:010203040506070809101112']);
  });

  test('fragments beyond a whole PDU are dropped (L2CAP/COS/CED/BI-07-C)', () => {
    const { seen, start, more } = make();
    start('0400 0400 01020304');
    more('0506070809101112');
    start('0c00 0400 01020304');
    more('0506070809101112');
    more('0506070809101112');
    start('0400 0400 01020304');
    expect(seen).toEqual([
      '4:01020304',
      'strayContinuations',
      '4:010203040506070809101112',
      'strayContinuations',
      '4:01020304',
    ]);
  });

  test('a fragment without an octet does nothing but to be counted', () => {
    const { seen, start, more } = make();
    start('0300 0400 aa');
    more('');
    more('bbcc');
    start('');
    expect(seen).toEqual(['emptyFragments', '4:aabbcc', 'emptyFragments']);
    more('aa');
    expect(seen.at(-1)).toBe('strayContinuations');
  });

  test('an empty start drops what was open, so that two PDUs never mix', () => {
    const { seen, start, more } = make();
    start('0300 0400 aa');
    start('');
    more('bbcc');
    expect(seen).toEqual(['truncatedPdus', 'emptyFragments', 'strayContinuations']);
  });

  test('a PDU for no channel is skipped to its end (L2CAP/LE/CID/BI-01-C)', () => {
    const { seen, start, more } = make();
    start('0600 3f00 aa');
    more('bbcc');
    more('ddeeff');
    start('0100 0400 bb');
    start('0000 0000');
    start('ffff 0100');
    start('0100 0400 cc');
    expect(seen).toEqual(['unknownCids', '4:bb', 'unknownCids', 'unknownCids', '4:cc']);
  });

  test('a PDU longer than its channel takes is skipped, and its head shown', () => {
    const { seen, start, more } = make();
    start('0d00 0400 0102');
    more('0304050607080910111213');
    start('0100 0400 bb');
    expect(seen).toEqual(['oversizedPdus', 'oversized 4:0102', '4:bb']);
  });

  test('no header makes it set aside more than the MTU', () => {
    const { seen, start } = make();
    for (let i = 0; i < 1_000; i++) start('ffff 0400 0102');
    expect(seen.filter((what) => what === 'oversizedPdus')).toHaveLength(1_000);
  });
});
