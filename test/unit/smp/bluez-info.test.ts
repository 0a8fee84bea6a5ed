import { describe, expect, test } from 'vitest';
import { parseAddress } from '../../../src/core/address.ts';
import { toHex } from '../../../src/core/bytes.ts';
import { InvalidArgumentError } from '../../../src/core/errors.ts';
import { checkedBond } from '../../../src/smp/bond-check.ts';
import {
  parseBluezIdentity,
  parseBluezInfo,
  printBluezIdentity,
  printBluezInfo,
} from '../../../src/smp/codec/bluez-info.ts';
import { identityOf, keyOf, legacyBond, secureBond } from '../../support/bonds.ts';

const peer = parseAddress('F0:00:5E:00:53:0B');
const hex = (octets: Uint8Array | undefined): string => toHex(octets ?? new Uint8Array());

const mouse = `
# A mouse.
[General]
Name=Mouse [wireless] = good
AddressType=static
SupportedTechnologies=LE;
Trusted=true

[IdentityResolvingKey]
Key=101112131415161718191A1B1C1D1E1F

[LongTermKey]
Key=AA605040302010000000000000000000
Authenticated=1
EncSize=7
EDiv=51496
Rand=13664251282037415672

[PeripheralLongTermKey]
Key=BB605040302010000000000000000000
Authenticated=1
EncSize=7
EDiv=13581
Rand=0x0807060504030201

[SlaveLongTermKey]
Key=00000000000000000000000000000001
Authenticated=0
EncSize=16
EDiv=1
Rand=1

[LocalSignatureKey]
Key=C0C1C2C3C4C5C6C7C8C9CACBCCCDCECF
Counter=5
Authenticated=true
`;

describe('the info of a device that BlueZ has paired', () => {
  test('of legacy pairing', () => {
    const bond = parseBluezInfo(mouse, peer);
    expect(bond).toMatchObject({
      peer: { address: peer, type: 'random' },
      authenticated: true,
      secureConnections: false,
      keySize: 7,
      peerKey: { ediv: 51496 },
      localKey: { ediv: 13581 },
      localSigningKey: { counter: 5 },
    });
    expect(hex(bond.peerKey?.value)).toBe('000000000000000000102030405060aa');
    expect(hex(bond.peerKey?.rand)).toBe('bda12c250b841ef8');
    expect(hex(bond.localKey?.value)).toBe('000000000000000000102030405060bb');
    expect(hex(bond.localKey?.rand)).toBe('0102030405060708');
    expect(hex(bond.peerIrk)).toBe('1f1e1d1c1b1a19181716151413121110');
    expect(hex(bond.localSigningKey?.value)).toBe('cfcecdcccbcac9c8c7c6c5c4c3c2c1c0');
    expect(bond.peerSigningKey).toBeUndefined();
  });

  test.each(['LongTermKey', 'PeripheralLongTermKey', 'SlaveLongTermKey'])(
    'of Secure Connections, kept as [%s], for both roles',
    (group) => {
      const bond = parseBluezInfo(
        `[General]\nAddressType=public\n[${group}]\nKey=808182838485868788898A8B8C8D8E8F\nAuthenticated=2\nEncSize=16\nEDiv=0\nRand=0\n`,
        peer,
      );
      expect(bond).toMatchObject({
        peer: { type: 'public' },
        authenticated: false,
        secureConnections: true,
        keySize: 16,
      });
      expect(hex(bond.peerKey?.value)).toBe('8f8e8d8c8b8a89888786858483828180');
      expect(bond.localKey).toEqual(bond.peerKey);
    },
  );

  test('is written as it is read, under the names of all releases', () => {
    for (const bond of [
      legacyBond(identityOf('00:00:5E:00:53:0A')),
      secureBond(identityOf('F0:00:5E:00:53:0B', 'random'), 4),
      secureBond(identityOf('F0:00:5E:00:53:0B', 'random'), 4, { localKey: undefined }),
    ]) {
      const text = printBluezInfo(bond);
      const { centralAddressResolution: _unknown, client: _ours, ...kept } = bond;
      const expected = bond.secureConnections ? { ...kept, localKey: bond.peerKey } : kept;
      expect(parseBluezInfo(text, bond.peer.address)).toEqual(checkedBond(expected));
      expect(text).toContain('[SlaveLongTermKey]\n');
      expect(text.includes('[LongTermKey]\n')).toBe(!bond.secureConnections);
    }
    expect(
      printBluezInfo(secureBond(identityOf('F0:00:5E:00:53:0B', 'random'), 4, { authenticated: false })),
    ).toContain('Authenticated=2\nEncSize=16\nEDiv=0\nRand=0\n');
  });

  test.each([
    [
      'a device of BR/EDR',
      '[General]\nSupportedTechnologies=BR/EDR;\n[LinkKey]\nKey=00\n',
      'it has no key of LE',
    ],
    ['nothing', '', 'it has no key of LE'],
    [
      'a debug key',
      '[LongTermKey]\nKey=808182838485868788898A8B8C8D8E8F\nAuthenticated=4\nEncSize=16\n',
      'debug key',
    ],
    ['a key cut short', mouse.replace('101112', ''), 'Key is 32 hexadecimal digits'],
    ['a key that is no key', mouse.replace('101112', 'xx1112'), 'Key is 32 hexadecimal digits'],
    ['no size', mouse.replace('EncSize=7', ''), 'EncSize is missing'],
    ['a size that is none', mouse.replace('EncSize=7', 'EncSize=1e1'), 'EncSize is a number from 7 to 16'],
    [
      'a number beyond 64 bits',
      mouse.replace('13664251282037415672', '18446744073709551616'),
      'Rand is a number of 64 bits',
    ],
    ['a negative number', mouse.replace('13664251282037415672', '-1'), 'Rand is a number of 64 bits'],
    ['a line of nothing', 'nonsense', "line 1: '[group]' or 'name=value' expected"],
    ['a value in no group', 'a=b', 'line 1'],
    ['a private address', mouse, 'is a private address', '40:00:5E:00:53:0B'],
  ])('is refused: %s', (_name, text, message, address = 'F0:00:5E:00:53:0B') => {
    expect(() => parseBluezInfo(text, parseAddress(address))).toThrow(InvalidArgumentError);
    expect(() => parseBluezInfo(text, parseAddress(address))).toThrow(message);
  });

  test('an IRK of zeros is none', () => {
    const bond = parseBluezInfo(mouse.replace('101112131415161718191A1B1C1D1E1F', '0'.repeat(32)), peer);
    expect(bond.peerIrk).toBeUndefined();
  });
});

describe('the identity of an adapter', () => {
  test('is written as it is read', () => {
    expect(
      hex(parseBluezIdentity('[General]\nIdentityResolvingKey=00112233445566778899aabbccddeeff\n')),
    ).toBe('ffeeddccbbaa99887766554433221100');
    expect(hex(parseBluezIdentity(printBluezIdentity(keyOf(3))))).toBe(toHex(keyOf(3)));
    expect(parseBluezIdentity('[General]\n')).toBeUndefined();
    expect(() => parseBluezIdentity('[General]\nIdentityResolvingKey=00')).toThrow(InvalidArgumentError);
  });
});
