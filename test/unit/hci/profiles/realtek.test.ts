import { type HciTransport, ManualClock, TransportError } from 'jelling';
import { createAir, type VirtualController } from 'jelling/virtual';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { concatBytes } from '../../../../src/core/bytes.ts';
import { HciController } from '../../../../src/hci/hci-controller.ts';
import { pattern } from '../../../support/realtek-firmware.ts';

const FILE = 'rtl_bt/rtl8761bu_fw.bin';
const CONFIG = 'rtl_bt/rtl8761bu_config.bin';

const u16 = (value: number): number[] => [value & 0xff, value >> 8];
const u32 = (value: number): number[] => [...u16(value & 0xffff), ...u16(value >>> 16)];

/** A firmware file with patches for ROM versions 0 and 1, of so many octets each. */
const firmware = ({ length = 600, project = 14 } = {}): Uint8Array => {
  const begin = 14 + 2 * 8;
  const header = [
    ...[...'Realtech'].map((letter) => letter.charCodeAt(0)),
    ...u32(0x09a98a6b),
    ...u16(2),
    ...u16(1),
    ...u16(2),
    ...u16(length),
    ...u16(length),
    ...u32(begin),
    ...u32(begin + length),
  ];
  return concatBytes(
    Uint8Array.from(header),
    pattern(1, length),
    pattern(2, length),
    // Instructions, to be read from the end: an unknown one, and the project.
    Uint8Array.from([project, 0x01, 0x00, 0xaa, 0xbb, 0x02, 0x04, 0x51, 0x04, 0xfd, 0x77]),
  );
};

let clock: ManualClock;
let controller: VirtualController;
let downloaded: Uint8Array[];

beforeEach(() => {
  clock = new ManualClock();
  controller = createAir({ clock, seed: 1 }).createController({ profile: 'rtl8761bu' });
  downloaded = [];
});

afterEach(() => {
  expect(controller.violations).toEqual([]);
  expect(clock.pending).toBe(0);
});

const dongle = (): HciTransport => {
  const transport = controller.connect();
  return Object.assign(transport, {
    bus: 'usb' as const,
    send: (packet: Uint8Array) => {
      if (packet[1] === 0x20 && packet[2] === 0xfc) downloaded.push(packet.slice(4));
      Object.getPrototypeOf(transport).send.call(transport, packet);
    },
  });
};

const start = (files: Readonly<Record<string, Uint8Array>>): Promise<HciController> =>
  HciController.start(dongle(), {
    clock,
    firmware: { places: ['/firmware'], read: (file) => Promise.resolve(files[file]) },
  });

const outcome = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);

describe('a Realtek dongle', () => {
  test('gets the patch of its ROM version, with the version of the firmware behind it, and its settings', async () => {
    const config = pattern(3, 25);
    const hci = await clock.run(start({ [FILE]: firmware(), [CONFIG]: config }));
    expect(hci.info.lmpSubversion).toBe(0x8a6b);
    const image = concatBytes(...downloaded.map((parameters) => parameters.subarray(1)));
    const patch = concatBytes(pattern(2, 600).subarray(0, 596), Uint8Array.from(u32(0x09a98a6b)));
    expect(image).toEqual(concatBytes(patch, config));
    expect(downloaded.map(([index]) => index)).toEqual([0, 1, 0x82]);
    await clock.run(hci.close());
  });

  test('is told the end by an empty fragment where the octets come out even', async () => {
    const hci = await clock.run(start({ [FILE]: firmware({ length: 504 }) }));
    expect(downloaded.map((parameters) => parameters.length)).toEqual([253, 253, 1]);
    await clock.run(hci.close());
  });

  test('counts fragments beyond 127 from 1 again', async () => {
    const hci = await clock.run(start({ [FILE]: firmware({ length: 252 * 130 }) }));
    expect(downloaded.slice(126).map(([index]) => index)).toEqual([126, 127, 1, 2, 0x83]);
    await clock.run(hci.close());
  });

  test('that has its firmware is taken as it is', async () => {
    await clock.run(start({ [FILE]: firmware() }).then((hci) => hci.close()));
    downloaded = [];
    const hci = await clock.run(start({ [FILE]: firmware() }));
    expect(downloaded).toEqual([]);
    await clock.run(hci.close());
  });

  test.each([
    ['is missing', {}, /rtl_bt\/rtl8761bu_fw\.bin is not there \(in \/firmware\)/],
    [
      'is for another chip',
      { [FILE]: firmware({ project: 8 }) },
      /for project 8, and the chip is of project 14/,
    ],
    ['is cut', { [FILE]: firmware().subarray(0, 700) }, /does not end as such files do/],
    ['is something else', { [FILE]: pattern(1, 100) }, /does not begin as such files do/],
  ])('is not opened where the file %s', async (_, files: Readonly<Record<string, Uint8Array>>, text) => {
    const error = await clock.run(outcome(start(files)));
    expect(error).toBeInstanceOf(TransportError);
    expect(String(error)).toMatch(text);
    expect(downloaded).toEqual([]);
  });
});
