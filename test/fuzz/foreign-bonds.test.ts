import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAddress } from '../../src/core/address.ts';
import { InvalidArgumentError } from '../../src/core/errors.ts';
import { checkedBond } from '../../src/smp/bond-check.ts';
import { parseAiobleSecrets, printAiobleSecrets } from '../../src/smp/codec/aioble-secrets.ts';
import { parseBluezIdentity, parseBluezInfo, printBluezInfo } from '../../src/smp/codec/bluez-info.ts';
import { identityOf, keyOf, legacyBond, secureBond } from '../support/bonds.ts';

const seeded = { seed: 7, numRuns: 500 };
const peer = parseAddress('F0:00:5E:00:53:0B');
const bonds = [legacyBond({ address: peer, type: 'random' }), secureBond(identityOf('00:00:5E:00:53:0A'), 3)];

const refusesCleanly = (read: () => unknown): void => {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidArgumentError);
  }
};

const spoil = (text: string, at: number, length: number, inserted: string): string => {
  const from = at % (text.length + 1);
  return text.slice(0, from) + inserted + text.slice(from + length);
};

describe("another program's file", () => {
  test('any text is read or refused', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.string({ unit: 'binary' })), (text) => {
        refusesCleanly(() => parseAiobleSecrets(text));
        refusesCleanly(() => parseBluezInfo(text, peer));
        refusesCleanly(() => parseBluezIdentity(text));
      }),
      seeded,
    );
  });

  test('one that has been spoilt is read or refused', () => {
    const aioble = printAiobleSecrets(bonds, keyOf(1));
    const infos = bonds.map(printBluezInfo);
    fc.assert(
      fc.property(fc.nat(), fc.nat(40), fc.string({ maxLength: 8 }), (at, length, inserted) => {
        refusesCleanly(() => parseAiobleSecrets(spoil(aioble, at, length, inserted)));
        for (const info of infos)
          refusesCleanly(() => parseBluezInfo(spoil(info, at, length, inserted), peer));
      }),
      seeded,
    );
  });

  test('a structure of any octets gives a bond that is one, or a reason', () => {
    const octets = fc.uint8Array({ minLength: 80, maxLength: 80 });
    fc.assert(
      fc.property(octets, octets, fc.constantFrom(1, 2), (one, other, type) => {
        const base64 = (value: Uint8Array) => Buffer.from(value).toString('base64');
        const text = JSON.stringify([
          [type, '', base64(one)],
          [2, '', base64(other)],
        ]);
        const read = parseAiobleSecrets(text);
        for (const bond of read.bonds) checkedBond(bond);
        expect(read.bonds.length + read.skipped.length).toBeGreaterThan(0);
      }),
      seeded,
    );
  });
});
