import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MalformedPduError } from '../../src/core/errors.ts';
import { parseHcd } from '../../src/hci/codec/hcd-file.ts';
import { parseDdc, parseSfi } from '../../src/hci/codec/intel-file.ts';
import { intelFileName, parseIntelVersion } from '../../src/hci/codec/intel-version.ts';
import { realtekPatch } from '../../src/hci/codec/realtek-file.ts';
import { ddc, sfi } from '../support/intel-firmware.ts';
import { pattern, secondForm } from '../support/realtek-firmware.ts';

const SEED = 20_261_125;
const RUNS = 3000;

const whole = secondForm({
  sections: [
    {
      opcode: 1,
      parts: [
        { eco: 1, prio: 1, data: pattern(1, 30) },
        { eco: 2, prio: 1, data: pattern(2, 50) },
      ],
    },
    { opcode: 3, parts: [{ eco: 2, prio: 0, keyId: 1, data: pattern(3, 20) }] },
  ],
});
const tail = whole.subarray(-7);

const readers: Readonly<Record<string, (file: Uint8Array) => unknown>> = {
  'an .hcd file': parseHcd,
  'an .sfi file of both engines': (file) => parseSfi(file, 'ecdsa', true),
  'an .sfi file of one engine': (file) => parseSfi(file, 'rsa', false),
  'a .ddc file': parseDdc,
  "an Intel chip's version": (version) => intelFileName(parseIntelVersion(version)),
  'a Realtek file': (file) => realtekPatch(file, { project: 25, romVersion: 1, keyId: 1 }),
};

/** Whether it is read, or refused as it should be. */
const isRead = (read: (file: Uint8Array) => unknown, file: Uint8Array): boolean => {
  try {
    read(file);
    return true;
  } catch (error) {
    if (error instanceof MalformedPduError) return false;
    throw error;
  }
};

describe.each(Object.entries(readers))('%s', (_, read) => {
  it('of any octets is read or refused, and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (file) => {
        isRead(read, file);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });
});

describe('a Realtek file of the second form', () => {
  const read = (file: Uint8Array): unknown => readers['a Realtek file']?.(file);

  it('is refused wherever it is cut, also where the tail is whole', () => {
    expect(isRead(read, whole)).toBe(true);
    for (let length = 0; length < whole.length; length++) {
      expect(isRead(read, whole.subarray(0, length))).toBe(false);
      if (length > whole.length - tail.length - 1) continue;
      expect(isRead(read, Uint8Array.from([...whole.subarray(0, length), ...tail]))).toBe(false);
    }
  });

  it('with octets that lie is read or refused, within its own length', () => {
    const lie = fc.tuple(fc.nat(whole.length - 1), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff));
    fc.assert(
      fc.property(fc.array(lie, { minLength: 1, maxLength: 6 }), (lies) => {
        const file = whole.slice();
        for (const [at, octet] of lies) file[at] = octet;
        isRead(read, file);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });
});

describe('an .sfi file', () => {
  const one = sfi({ both: false });
  const both = sfi();

  it('is refused wherever it is cut, but between commands that come out even', () => {
    const even = (file: Uint8Array, begin: number, length: number): boolean => {
      let at = begin;
      while (at < length) at += 3 + (file[at + 2] ?? 0);
      return length > begin && at === length && (length - begin) % 4 === 0;
    };
    for (let length = 0; length < both.length; length++) {
      const read = (file: Uint8Array): unknown => parseSfi(file, 'ecdsa', true);
      expect([length, isRead(read, both.subarray(0, length))]).toEqual([length, even(both, 964, length)]);
    }
    for (let length = 0; length < one.length; length++) {
      const read = (file: Uint8Array): unknown => parseSfi(file, 'rsa', false);
      expect([length, isRead(read, one.subarray(0, length))]).toEqual([length, even(one, 644, length)]);
    }
  });

  it('gives nothing but octets of its own, whatever its commands claim', () => {
    const lie = fc.tuple(fc.nat(both.length - 1), fc.constantFrom(0, 1, 3, 0x7f, 0xff));
    fc.assert(
      fc.property(fc.array(lie, { minLength: 1, maxLength: 6 }), (lies) => {
        const file = both.slice();
        for (const [at, octet] of lies) file[at] = octet;
        isRead((octets) => {
          const { fragments } = parseSfi(octets, 'ecdsa', true);
          const sum = fragments.reduce((length, { data }) => length + data.length, 0);
          expect(sum).toBe(320 + octets.length - 964);
        }, file);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });
});

it('a .ddc file is refused wherever it is cut within a setting', () => {
  const whole = [0, 4, 9];
  for (let length = 0; length <= ddc.length; length++)
    expect(isRead(parseDdc, ddc.subarray(0, length))).toBe(whole.includes(length));
});
