import { ManualClock, TransportError } from 'jelling';
import { createAir } from 'jelling/virtual';
import { describe, expect, test } from 'vitest';
import { HciCommand } from '../../../../src/hci/codec/commands.ts';
import { CompanyIdentifier, CoreVersion } from '../../../../src/hci/codec/version.ts';
import { isSupported } from '../../../../src/hci/controller-info.ts';
import { HciController } from '../../../../src/hci/hci-controller.ts';
import {
  type ControllerProfile,
  type ControllerVersion,
  isRecognised,
} from '../../../../src/hci/profiles/controller-profile.ts';
import { controllerProfiles } from '../../../../src/hci/profiles/profile-table.ts';

const version: ControllerVersion = {
  hciVersion: CoreVersion['5.0'],
  hciSubversion: 0,
  lmpVersion: CoreVersion['5.0'],
  lmpSubversion: 0,
  companyIdentifier: 0xffff,
};

/** The names of those that a controller is taken for. */
const namesOf = (what: Partial<ControllerVersion>, bus?: 'usb' | 'uart'): string[] =>
  controllerProfiles
    .filter(({ recognition }) => isRecognised(recognition, { ...version, ...what }, bus))
    .map(({ name }) => name);

describe('the table of controllers', () => {
  test('says of each why it is treated so, and where that is known from', () => {
    const names = controllerProfiles.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { why, source, controllers } of controllerProfiles)
      for (const text of [why, source, controllers]) expect(text.length).toBeGreaterThan(10);
  });

  test.each([
    ['nobody else', {}, undefined, []],
    ['Zephyr', { companyIdentifier: CompanyIdentifier.linuxFoundation }, undefined, ['zephyr']],
    ['nRF Connect SDK', { companyIdentifier: CompanyIdentifier.nordicSemiconductor }, undefined, ['zephyr']],
    [
      "one of Nordic's before Zephyr",
      { companyIdentifier: CompanyIdentifier.nordicSemiconductor, hciVersion: CoreVersion['4.2'] },
      undefined,
      [],
    ],
    [
      "a Raspberry Pi's",
      { companyIdentifier: CompanyIdentifier.broadcom, lmpSubversion: 0x6119 },
      'uart',
      ['broadcom'],
    ],
    [
      'the same behind a socket',
      { companyIdentifier: CompanyIdentifier.broadcom, lmpSubversion: 0x6119 },
      undefined,
      [],
    ],
    [
      'a Realtek dongle in ROM',
      { companyIdentifier: CompanyIdentifier.realtek, lmpSubversion: 0x8761 },
      'usb',
      ['realtek'],
    ],
    [
      'a Realtek dongle with firmware',
      { companyIdentifier: CompanyIdentifier.realtek, lmpSubversion: 0x8a6b },
      'usb',
      [],
    ],
    ["a laptop's Intel", { companyIdentifier: CompanyIdentifier.intel }, 'usb', ['intel']],
    ['the same behind a socket', { companyIdentifier: CompanyIdentifier.intel }, undefined, []],
    ['a CSR dongle', { companyIdentifier: CompanyIdentifier.cambridgeSiliconRadio }, 'usb', ['csr8510']],
  ] as const)('takes %s for what it is', (_, what, bus, names) => {
    expect(namesOf(what, bus)).toEqual(names);
  });
});

test('a dongle of CSR that loses its first answer and refuses the event mask is opened all the same', async () => {
  const clock = new ManualClock();
  const controller = createAir({ clock, seed: 1 }).createController({ profile: 'csr8510' });
  const hci = await clock.run(HciController.start(controller.connect(), { clock }));
  expect(hci.info.profile?.name).toBe('csr8510');
  expect(hci.info.publicAddress).toBe(controller.address);
  await clock.run(hci.close());
  expect(controller.violations).toEqual([]);
});

test.each(['zephyr', 'softdevice'] as const)(
  'the address that the chip was born with is asked of %s',
  async (profile) => {
    const clock = new ManualClock();
    const controller = createAir({ clock, seed: 1 }).createController({ profile });
    const hci = await clock.run(HciController.start(controller.connect(), { clock }));
    expect(hci.info.publicAddress).toBeUndefined();
    expect(await clock.run(hci.readStaticAddress())).toMatch(/^C2:/);
    await clock.run(hci.close());
    expect(controller.violations).toEqual([]);
  },
);

test('a boot loader of nobody known is not opened, and it is said what to do', async () => {
  const clock = new ManualClock();
  const controller = createAir({ clock, seed: 1 }).createController({ profile: 'intel-ax210' });
  const starting = HciController.start(controller.connect(), { clock });
  const error = await clock.run(starting.catch((reason: unknown) => reason));
  expect(error).toBeInstanceOf(TransportError);
  expect(String(error)).toMatch(
    /knows no Reset: it is a boot loader .* let the system's own driver start it/,
  );
  expect(controller.violations).toEqual([]);
});

test('a command that is withheld is not there, whatever the controller lists', () => {
  const facts = { hciVersion: CoreVersion['5.4'], supportedCommands: new Uint8Array(64).fill(0xff) };
  const supports = (profile: ControllerProfile | undefined): boolean =>
    isSupported(HciCommand.leExtendedCreateConnection, { ...facts, profile }, new Set());
  expect(supports(undefined)).toBe(true);
  expect(supports(controllerProfiles.find(({ name }) => name === 'actions'))).toBe(false);
});
