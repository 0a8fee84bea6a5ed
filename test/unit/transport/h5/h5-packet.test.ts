import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { toHex } from '../../../../src/core/bytes.ts';
import { dataIntegrityCheck } from '../../../../src/transport/h5/h5-crc.ts';
import {
  decodeLinkControl,
  encodeLinkControl,
  type H5LinkControl,
} from '../../../../src/transport/h5/h5-link-control.ts';
import { decodeH5, encodeH5, type H5Packet, H5PacketType } from '../../../../src/transport/h5/h5-packet.ts';
import { encodeSlip } from '../../../../src/transport/h5/slip.ts';
import { fromHex } from '../../../support/hex.ts';
import { framesOf } from './slip-frames.ts';

const onLine = (message: H5LinkControl): string =>
  toHex(
    encodeSlip(
      encodeH5({
        reliable: false,
        sequence: 0,
        acknowledge: 0,
        type: H5PacketType.linkControl,
        checked: false,
        payload: encodeLinkControl(message),
      }),
    ),
  );

describe('what others have sent', () => {
  // Between the host and the baseband of an iPhone, whose serial layer is this transport.
  test.each<[string, H5LinkControl]>([
    ['c0002f00d0017ec0', { name: 'sync' }],
    ['c0002f00d0027dc0', { name: 'syncResponse' }],
    ['c0002f00d003fcc0', { name: 'config' }],
    [
      'c0003f00dbdc047b17c0',
      { name: 'configResponse', configuration: { windowSize: 7, dataIntegrityCheck: true } },
    ],
  ])('%s', (hex, message) => {
    const { packets } = framesOf(hex);
    const packet = decodeH5(fromHex(packets[0] ?? ''));
    if (typeof packet === 'string') throw new Error(packet);
    expect(packet).toMatchObject({ type: H5PacketType.linkControl, reliable: false, checked: false });
    expect(decodeLinkControl(packet.payload)).toEqual(message);
    expect(onLine(message)).toBe(hex);
  });

  // The four packets of link establishment of BCSP, from a CSR chip: frames, header checksum and Data Integrity Check are those of this transport.
  test.each([
    ['c04041007edadcededa97ac0', 'dadceded'],
    ['c04041007eacafefeebb84c0', 'acafefee'],
    ['c04041007eadefaceda1a6c0', 'adefaced'],
    ['c04041007edeadd0d08358c0', 'deadd0d0'],
  ])('%s', (hex, payload) => {
    const { packets } = framesOf(hex);
    const packet = decodeH5(fromHex(packets[0] ?? ''));
    expect(packet).toEqual({
      reliable: false,
      sequence: 0,
      acknowledge: 0,
      type: 1,
      checked: true,
      payload: fromHex(payload),
    });
    expect(toHex(encodeSlip(encodeH5(packet as H5Packet)))).toBe(hex);
  });
});

describe('messages', () => {
  test.each<[H5LinkControl['name'], string]>([
    ['sync', '017e'],
    ['syncResponse', '027d'],
    ['config', '03fc'],
    ['configResponse', '047b'],
    ['wakeup', '05fa'],
    ['woken', '06f9'],
    ['sleep', '0778'],
  ])('%s is %s', (name, hex) => {
    expect(toHex(encodeLinkControl({ name }))).toBe(hex);
    expect(decodeLinkControl(fromHex(hex))).toEqual({ name });
  });

  it('are none where the second octet is wrong, or the first unknown', () => {
    for (const hex of ['', '01', '017f', '0877', '00ff', 'ff00'])
      expect(decodeLinkControl(fromHex(hex))).toBe(undefined);
  });

  it('leave out what a later version may add', () => {
    expect(decodeLinkControl(fromHex('03fcff55aa'))).toEqual({
      name: 'config',
      configuration: { windowSize: 7, dataIntegrityCheck: true },
    });
  });
});

const packet = fc.record<H5Packet>({
  reliable: fc.boolean(),
  sequence: fc.nat(7),
  acknowledge: fc.nat(7),
  type: fc.nat(15),
  checked: fc.boolean(),
  payload: fc.uint8Array({ maxLength: 300 }),
});

describe('packets', () => {
  it('come back as they went', () => {
    fc.assert(
      fc.property(packet, (sent) => {
        expect(decodeH5(encodeH5(sent))).toEqual(sent);
      }),
      { seed: 1, numRuns: 500 },
    );
    const longest = {
      ...fc.sample(packet, { seed: 1, numRuns: 1 })[0],
      payload: new Uint8Array(4095).fill(0xc0),
    };
    expect(decodeH5(encodeH5(longest as H5Packet))).toEqual(longest);
  });

  it('show every single wrong bit, with a check behind them', () => {
    const bytes = encodeH5({
      reliable: true,
      sequence: 5,
      acknowledge: 3,
      type: 4,
      checked: true,
      payload: fromHex('0e0401030c00'),
    });
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const wrong = bytes.slice();
      wrong[bit >> 3] = (wrong[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(typeof decodeH5(wrong)).toBe('string');
    }
  });

  it('are told apart by what is wrong with them', () => {
    expect(decodeH5(fromHex('c0'))).toBe('payloadLength');
    expect(decodeH5(fromHex('002f00d1017e'))).toBe('headerChecksum');
    expect(decodeH5(fromHex('002f00d0017e00'))).toBe('payloadLength');
    expect(decodeH5(fromHex('002f00d001'))).toBe('payloadLength');
    expect(decodeH5(fromHex('4041007edadcededa97b'))).toBe('dataIntegrity');
  });
});

describe('the Data Integrity Check', () => {
  /** Bit by bit, as the register of the specification shifts. */
  const bitByBit = (bytes: Uint8Array, end: number): number => {
    let register = 0xffff;
    for (const octet of bytes.subarray(0, end)) {
      for (let bit = 0; bit < 8; bit++) {
        const feedback = (register >> 15) ^ ((octet >> bit) & 1);
        register = ((register << 1) & 0xffff) ^ (feedback ? 0x1021 : 0);
      }
    }
    return register;
  };

  it('is that of the register for octets of any number', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(40), (bytes, cut) => {
        const end = Math.min(cut, bytes.length);
        expect(dataIntegrityCheck(bytes, end)).toBe(bitByBit(bytes, end));
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});
