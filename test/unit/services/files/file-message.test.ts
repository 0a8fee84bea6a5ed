import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MalformedPduError } from '../../../../src/core/errors.ts';
import {
  decodeFileMessage,
  encodeFileMessage,
  type FileEntry,
  fileEntrySize,
  type SentMessage,
} from '../../../../src/services/files/file-message.ts';
import { fromHex } from '../../../support/hex.ts';

const SEED = 0xf11e;

const size = fc.maxSafeNat();
const digest = fc.uint8Array({ minLength: 32, maxLength: 32 });
const name = fc.string({ unit: 'grapheme', maxLength: 40 });
const shortName = name.filter((text) => Buffer.byteLength(text) <= 0xff);
const entry: fc.Arbitrary<FileEntry> = fc.record({ name: shortName, size, modifiedMs: size });

const message: fc.Arbitrary<SentMessage> = fc.oneof(
  fc.constantFrom({ kind: 'list' } as const, { kind: 'done' } as const),
  fc.record({ kind: fc.constant('get' as const), name }),
  fc.record({ kind: fc.constant('put' as const), name, size, digest, replace: fc.boolean() }),
  fc.record({ kind: fc.constant('entries' as const), entries: fc.array(entry, { maxLength: 5 }) }),
  fc.record({ kind: fc.constant('offer' as const), size, digest }),
  fc.record({ kind: fc.constant('start' as const), offset: size }),
  fc.record({ kind: fc.constant('data' as const), octets: fc.uint8Array() }),
  fc.record({ kind: fc.constant('error' as const), reason: fc.nat({ max: 0xff }) }),
);

describe('messages', () => {
  // As docs/files.md has them.
  test.each([
    ['01', { kind: 'list' }],
    ['02 61', { kind: 'get', name: 'a' }],
    [
      `03 01 0100000000000000 ${'ab'.repeat(32)} c3b8`,
      {
        kind: 'put',
        name: 'ø',
        size: 1,
        digest: fromHex('ab'.repeat(32)),
        replace: true,
      },
    ],
    [
      '10 0200000000000000 0001000000000000 01 61 ffffffffffff1f00 0000000000000000 00',
      {
        kind: 'entries',
        entries: [
          { name: 'a', size: 2, modifiedMs: 256 },
          { name: '', size: Number.MAX_SAFE_INTEGER, modifiedMs: 0 },
        ],
      },
    ],
    [
      `11 0001000000000000 ${'cd'.repeat(32)}`,
      { kind: 'offer', size: 256, digest: fromHex('cd'.repeat(32)) },
    ],
    ['20 0000010000000000', { kind: 'start', offset: 65_536 }],
    ['21 010203', { kind: 'data', octets: Uint8Array.of(1, 2, 3) }],
    ['22', { kind: 'done' }],
    ['23 04', { kind: 'error', reason: 4 }],
  ] satisfies readonly (readonly [string, SentMessage])[])('%s', (octets, value) => {
    expect(encodeFileMessage(value)).toEqual(fromHex(octets));
    expect(decodeFileMessage(fromHex(octets))).toEqual(value);
  });

  test('come back as they were', () => {
    fc.assert(
      fc.property(message, (value) => {
        const octets = encodeFileMessage(value);
        expect(decodeFileMessage(octets)).toEqual(value);
        if (value.kind === 'entries')
          expect(octets.length).toBe(value.entries.reduce((sum, each) => sum + fileEntrySize(each), 1));
      }),
      { seed: SEED },
    );
  });

  test('of later versions are kept apart from what is malformed', () => {
    expect(decodeFileMessage(Uint8Array.of(0x7f, 1))).toEqual({ kind: 'unknown', opcode: 0x7f });
    expect(decodeFileMessage(Uint8Array.of(0x04))).toEqual({ kind: 'unknown', opcode: 0x04 });
  });

  test('that set reserved flags mean what the others say', () => {
    const put = encodeFileMessage({
      kind: 'put',
      name: 'a',
      size: 0,
      digest: new Uint8Array(32),
      replace: false,
    });
    put[1] = 0xfe;
    expect(decodeFileMessage(put)).toMatchObject({ replace: false, name: 'a' });
  });

  test('of any octets are read, or are malformed', () => {
    const opcodes = [1, 2, 3, 0x10, 0x11, 0x20, 0x21, 0x22, 0x23];
    const octets = fc.oneof(
      fc.uint8Array({ maxLength: 80 }),
      fc
        .tuple(fc.constantFrom(...opcodes), fc.uint8Array({ maxLength: 80 }))
        .map(([opcode, rest]) => Uint8Array.of(opcode, ...rest)),
      // Nearly right: a message cut short, or with an octet changed.
      fc.tuple(message, fc.nat(), fc.nat({ max: 0xff })).map(([value, at, octet]) => {
        const right = encodeFileMessage(value);
        right[at % right.length] = octet;
        return right.subarray(0, 1 + (at % 97));
      }),
    );
    fc.assert(
      fc.property(octets, (given) => {
        try {
          const read = decodeFileMessage(given);
          if (read.kind !== 'unknown' && read.kind !== 'put') expect(encodeFileMessage(read)).toEqual(given);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedPduError);
        }
      }),
      { seed: SEED, numRuns: 3_000 },
    );
  });
});
