import { describe, expect, test } from 'vitest';
import { toHex } from '../../../src/core/bytes.ts';
import { InvalidArgumentError } from '../../../src/core/errors.ts';
import { checkedBond } from '../../../src/smp/bond-check.ts';
import { parseAiobleSecrets, printAiobleSecrets } from '../../../src/smp/codec/aioble-secrets.ts';
import { identityOf, keyOf, legacyBond, secureBond } from '../../support/bonds.ts';
import { fromHex } from '../../support/hex.ts';

// Structures as a C compiler for 64 bits lays them out: address, key size, EDIV, Rand, LTK, IRK, CSRK, each followed by its flag.
const peers =
  '010b53005e00f007 3412000000000000 0807060504030201 aa605040302010000000000000000000 01' +
  '101112131415161718191a1b1c1d1e1f 01 c0c1c2c3c4c5c6c7c8c9cacbcccdcecf 03 0000000000';
const ours =
  '010b53005e00f007 eeff000000000000 f8f7f6f5f4f3f2f1 bb605040302010000000000000000000 01' +
  '00000000000000000000000000000000 00 00000000000000000000000000000000 02 0000000000';
const secure =
  '000a53005e000010 0000000000000000 0000000000000000 808182838485868788898a8b8c8d8e8f 01' +
  '00000000000000000000000000000000 00 00000000000000000000000000000000 04 0000000000';

const hex = (octets: Uint8Array | undefined): string => toHex(octets ?? new Uint8Array());
const base64 = (octets: Uint8Array | string): string =>
  `${Buffer.from(typeof octets === 'string' ? fromHex(octets) : octets).toString('base64')}\n`;
const secret = (type: number, value: string) => [type, base64(fromHex(value).subarray(0, 7)), base64(value)];
const file = (...secrets: readonly unknown[]): string => JSON.stringify(secrets);

describe('ble_secrets.json of aioble', () => {
  test('gives the keys of both sides, in the order of the specification', () => {
    const irk = [10, base64(Buffer.from('irk')), base64('000102030405060708090a0b0c0d0e0f')];
    const read = parseAiobleSecrets(file(irk, secret(1, ours), secret(2, peers)));
    expect(read.skipped).toEqual([]);
    expect(hex(read.irk)).toBe('0f0e0d0c0b0a09080706050403020100');
    const [bond, ...more] = read.bonds;
    expect(more).toEqual([]);
    expect(bond).toMatchObject({
      peer: identityOf('F0:00:5E:00:53:0B', 'random'),
      authenticated: true,
      secureConnections: false,
      keySize: 7,
      peerKey: { ediv: 0x1234 },
      localKey: { ediv: 0xffee },
    });
    expect(hex(bond?.peerKey?.value)).toBe('000000000000000000102030405060aa');
    expect(hex(bond?.peerKey?.rand)).toBe('0102030405060708');
    expect(hex(bond?.localKey?.value)).toBe('000000000000000000102030405060bb');
    expect(hex(bond?.localKey?.rand)).toBe('f1f2f3f4f5f6f7f8');
    expect(hex(bond?.peerIrk)).toBe('1f1e1d1c1b1a19181716151413121110');
  });

  test('a key of Secure Connections, and no signing key, whose counter nobody knows', () => {
    const { bonds } = parseAiobleSecrets(file(secret(1, secure), secret(2, secure), secret(2, peers)));
    expect(bonds[0]).toMatchObject({
      peer: identityOf('00:00:5E:00:53:0A'),
      secureConnections: true,
      authenticated: false,
    });
    expect(bonds[0]?.peerKey).toEqual(bonds[0]?.localKey);
    expect(bonds[0]?.peerIrk).toBeUndefined();
    expect(bonds[1]?.peerSigningKey).toBeUndefined();
  });

  test('is written as it is read', () => {
    const bonds = [
      secureBond(identityOf('00:00:5E:00:53:0A'), 2, { peerIrk: undefined }),
      secureBond(identityOf('F0:00:5E:00:53:0B', 'random'), 3),
    ];
    const legacy = {
      ...legacyBond(identityOf('00:00:5E:00:53:0C')),
      peerSigningKey: undefined,
      localSigningKey: undefined,
      centralAddressResolution: undefined,
      client: undefined,
    };
    const text = printAiobleSecrets([...bonds, legacy], keyOf(9));
    const read = parseAiobleSecrets(text);
    expect(read.bonds).toEqual([...bonds, legacy].map((bond) => checkedBond(bond)));
    expect([...(read.irk ?? [])]).toEqual([...keyOf(9)]);
    expect(JSON.parse(text)[0]).toEqual([10, 'aXJr\n', base64(keyOf(9).toReversed())]);
    // The flag of a CSRK, which is not written, is not set.
    expect(Buffer.from(JSON.parse(text)[6][2], 'base64')[74]).toBe(0);
  });

  test('the layout written is the one that the compiler gives', () => {
    const { bonds } = parseAiobleSecrets(file(secret(1, secure), secret(2, secure)));
    expect(JSON.parse(printAiobleSecrets(bonds, undefined))).toEqual([secret(1, secure), secret(2, secure)]);
  });
});

describe('what is no bond', () => {
  const spoilt = (at: number, octet: number): string => {
    const octets = fromHex(peers);
    octets[at] = octet;
    return toHex(octets);
  };

  test.each([
    [
      'a private address',
      file(secret(2, spoilt(6, 0x70))),
      /70:00:5E:00:53:0B\.address: .* is a private address/,
    ],
    ['a key size of 0', file(secret(2, spoilt(7, 0))), /F0:00:5E:00:53:0B\.keySize/],
    ['a key longer than its size', file(secret(2, spoilt(39, 1))), /peerKey\.value: it is longer/],
    ['another structure', file([2, base64('00'), base64('0011')]), /\[0\]: 2 octets are not the 80/],
    [
      'what a client has configured',
      file([3, base64('00'), base64('0011')]),
      /\[0\]: nothing that a bond holds \(type 3, 2 octets\)/,
    ],
  ])('is passed over: %s', (_name, text, reason) => {
    expect(parseAiobleSecrets(text)).toMatchObject({ bonds: [], skipped: [expect.stringMatching(reason)] });
  });

  test.each([
    ['no JSON', 'x'],
    ['an object', '{}'],
    ['no triple', '[[1,"AA=="]]'],
    ['four', '[[1,"AA==","AA==",1]]'],
    ['no base64', '[[1,"AA==","!"]]'],
    ['base64 cut short', '[[1,"AA==","AAA"]]'],
    ['a number', '[[1,"AA==",7]]'],
  ])('is refused: %s', (_name, text) => {
    expect(() => parseAiobleSecrets(text)).toThrow(InvalidArgumentError);
  });
});
