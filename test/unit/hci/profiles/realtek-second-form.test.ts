import { type HciTransport, ManualClock, TransportError } from 'jelling';
import { createAir, type VirtualController } from 'jelling/virtual';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { concatBytes } from '../../../../src/core/bytes.ts';
import { realtekPatch } from '../../../../src/hci/codec/realtek-file.ts';
import { HciController } from '../../../../src/hci/hci-controller.ts';
import { pattern, type SecondForm, type Section, secondForm } from '../../../support/realtek-firmware.ts';

const FILE = 'rtl_bt/rtl8852cu_fw.bin';
const NEWER_FILE = 'rtl_bt/rtl8852cu_fw_v2.bin';
const CONFIG = 'rtl_bt/rtl8852cu_config.bin';

const header = pattern(1, 40);
const early = pattern(2, 300);
const late = pattern(3, 250);

/** For a chip of ROM version 1 (eco 2) with the key 1: a signed header, and two snippets that stand the wrong way round. */
const sections: readonly Section[] = [
  {
    opcode: 1,
    parts: [
      { eco: 1, prio: 1, data: pattern(4, 33) },
      { eco: 2, prio: 5, data: late },
      { eco: 2, prio: 2, data: early },
    ],
  },
  {
    opcode: 3,
    parts: [
      { eco: 2, prio: 0, keyId: 7, data: pattern(5, 40) },
      { eco: 2, prio: 0, keyId: 1, data: header },
    ],
  },
  { opcode: 4, parts: [{ eco: 2, prio: 0, data: pattern(6, 20) }] },
];

let clock: ManualClock;
let controller: VirtualController;
let downloaded: Uint8Array[];

beforeEach(() => {
  clock = new ManualClock();
  controller = createAir({ clock, seed: 1 }).createController({ profile: 'rtl8852cu' });
  downloaded = [];
});

afterEach(() => {
  expect(controller.violations).toEqual([]);
  expect(clock.pending).toBe(0);
});

const chip = (): HciTransport => {
  const transport = controller.connect();
  return Object.assign(transport, {
    bus: 'usb' as const,
    send: (packet: Uint8Array) => {
      if (packet[1] === 0x20 && packet[2] === 0xfc) downloaded.push(packet.slice(5));
      Object.getPrototypeOf(transport).send.call(transport, packet);
    },
  });
};

const start = (files: Readonly<Record<string, Uint8Array>>): Promise<HciController> =>
  HciController.start(chip(), {
    clock,
    firmware: { places: ['/firmware'], read: (file) => Promise.resolve(files[file]) },
  });

const outcome = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);

describe('a Realtek chip with a key', () => {
  test('gets the parts of its revision and its key, in the order of their priorities, and no settings', async () => {
    const hci = await clock.run(start({ [FILE]: secondForm({ sections }), [CONFIG]: pattern(8, 20) }));
    expect(hci.info.lmpSubversion).toBe(0xc905);
    expect(concatBytes(...downloaded)).toEqual(concatBytes(header, early, late));
    await clock.run(hci.close());
  });

  test('gets the newer one of two files', async () => {
    const only = [{ opcode: 1, parts: [{ eco: 2, prio: 0, data: early }] }];
    const files = { [FILE]: secondForm({ sections }), [NEWER_FILE]: secondForm({ sections: only }) };
    const hci = await clock.run(start(files));
    expect(concatBytes(...downloaded)).toEqual(early);
    await clock.run(hci.close());
  });

  test('is not opened without a file, and both names are told', async () => {
    const error = await clock.run(outcome(start({})));
    expect(error).toBeInstanceOf(TransportError);
    expect(String(error)).toMatch(/rtl8852cu_fw_v2\.bin or rtl_bt\/rtl8852cu_fw\.bin is not there/);
  });

  test.each([
    ['is for another chip', { sections, project: 20 }, /for project 20, and the chip is of project 25/],
    ['claims more sections', { sections, claimsSections: 4 }, /octets expected/],
    ['claims sections without end', { sections, claimsSections: 0xffff_ffff }, /octets expected/],
    [
      'claims a part without end',
      { sections: [{ opcode: 1, parts: [{ eco: 2, prio: 0, data: early, claims: 0xffff_ffff }] }] },
      /octets expected/,
    ],
    [
      'claims more parts',
      { sections: [{ opcode: 1, parts: [{ eco: 2, prio: 0, data: early }], claimsParts: 2 }] },
      /octets expected/,
    ],
    [
      'claims a longer section',
      { sections: [{ opcode: 1, parts: [{ eco: 2, prio: 0, data: early }], claimsLength: 313 }] },
      /octets expected/,
    ],
    [
      'has nothing for the chip',
      { sections: [{ opcode: 1, parts: [{ eco: 1, prio: 0, data: early }] }] },
      /nothing for ROM version 1/,
    ],
  ] as const)('is sent nothing of a file that %s', async (_, file: SecondForm, text) => {
    const error = await clock.run(outcome(start({ [FILE]: secondForm(file) })));
    expect(error).toBeInstanceOf(TransportError);
    expect(String(error)).toMatch(text);
    expect(downloaded).toEqual([]);
  });
});

describe('a file of the second form', () => {
  const facts = { project: 25, romVersion: 1 };

  test('gives a chip without a key no signed header', () => {
    const unsigned = { opcode: 3, parts: [{ eco: 2, prio: 0, keyId: 0, data: header }] };
    const file = secondForm({ sections: [...sections, unsigned] });
    expect(realtekPatch(file, { ...facts, keyId: 0 })).toEqual(concatBytes(early, late));
  });

  test('has the later one of two parts of one priority first, as Linux sends them', () => {
    const parts = [
      { eco: 2, prio: 3, data: early },
      { eco: 2, prio: 3, data: late },
    ];
    const file = secondForm({ sections: [{ opcode: 2, parts }] });
    expect(realtekPatch(file, { ...facts, keyId: 0 })).toEqual(concatBytes(late, early));
  });
});

test('a chip that is not asked for its ROM version or its key takes no firmware', async () => {
  const { RealtekChip } = await import('../../../../src/virtual/chips/realtek-chip.ts');
  const hasty = new RealtekChip({ hciSubversion: 0xc, lmpSubversion: 0x8852, keyId: 1 });
  expect(hasty.download(0)).toMatch(/ROM/);
  hasty.readRomVersion();
  expect(hasty.download(0)).toMatch(/key/);
  hasty.readRegister(0x10, 0xb000_0da4);
  expect(hasty.download(0)).toMatch(/key/);
  hasty.readRegister(0x10, 0xb000_ada4);
  expect(hasty.download(0)).toBeUndefined();
});
