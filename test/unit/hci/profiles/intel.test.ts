import { ManualClock, TransportError } from 'jelling';
import { createAir, type ProfileName, type VirtualController } from 'jelling/virtual';
import { afterEach, describe, expect, test } from 'vitest';
import { concatBytes } from '../../../../src/core/bytes.ts';
import { Log, type LogRecord } from '../../../../src/core/log.ts';
import { HciController } from '../../../../src/hci/hci-controller.ts';
import {
  commandsOf,
  ddc,
  ecdsaKey,
  ecdsaSignature,
  rsaKey,
  rsaSignature,
  sfi,
} from '../../../support/intel-firmware.ts';
import { IntelOnUsb } from './intel-on-usb.ts';

const AX210 = 'intel/ibt-0041-0041';
const JFP = 'intel/ibt-17-16-1';

let clock: ManualClock;
let controller: VirtualController;
let log: LogRecord[];
let chip: IntelOnUsb;

const plugIn = (profile: ProfileName): void => {
  clock = new ManualClock();
  log = [];
  controller = createAir({ clock, seed: 1 }).createController({ profile });
};

afterEach(() => {
  expect(controller.violations).toEqual([]);
  expect(chip.astray).toEqual([]);
  expect(clock.pending).toBe(0);
});

const start = async (files: Readonly<Record<string, Uint8Array>>): Promise<HciController> => {
  chip = await IntelOnUsb.open(controller, clock);
  return HciController.start(chip.transport, {
    clock,
    log: new Log((entry) => log.push(entry)),
    firmware: { places: ['/firmware'], read: (file) => Promise.resolve(files[file]) },
  });
};

const outcome = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);

const sent = (type: number): Uint8Array =>
  concatBytes(...chip.fragments.filter(([first]) => first === type).map((fragment) => fragment.subarray(1)));

describe("Intel's boot loader", () => {
  test('of an AX210 gets the header of its engine, then the commands, starts, and gets its settings', async () => {
    plugIn('intel-ax210');
    const file = sfi();
    const hci = await clock.run(start({ [`${AX210}.sfi`]: file, [`${AX210}.ddc`]: ddc }));
    expect(hci.info.profile?.name).toBe('intel');
    expect(sent(0)).toEqual(file.slice(644, 644 + 128));
    expect(sent(3)).toEqual(ecdsaKey);
    expect(sent(2)).toEqual(ecdsaSignature);
    expect(sent(1)).toEqual(commandsOf());
    const order = chip.fragments.map(([type]) => type);
    expect(order).toEqual([0, 3, 2, ...order.slice(3).map(() => 1)]);
    expect(chip.opcodes.filter((opcode) => opcode === 0xfc8b)).toHaveLength(2);
    expect(chip.opcodes.indexOf(0xfc8b)).toBeGreaterThan(chip.opcodes.indexOf(0xfc01));
    await clock.run(hci.close());
  });

  test('of a 9560, which knows fixed fields and no elliptic curves', async () => {
    plugIn('intel-9560');
    const file = sfi({ both: false });
    const hci = await clock.run(start({ [`${JFP}.sfi`]: file }));
    expect(sent(0)).toEqual(file.slice(0, 128));
    expect(sent(3)).toEqual(rsaKey);
    expect(sent(2)).toEqual(rsaSignature);
    expect(sent(1)).toEqual(commandsOf());
    expect(chip.fragments.map((fragment) => fragment.length - 1).every((length) => length <= 252)).toBe(true);
    await clock.run(hci.close());
  });

  test('that has started is taken as it is the next time', async () => {
    plugIn('intel-ax210');
    await clock.run(start({ [`${AX210}.sfi`]: sfi() }).then((hci) => hci.close()));
    chip.leave();
    const hci = await clock.run(start({}));
    expect(chip.fragments).toEqual([]);
    await clock.run(hci.close());
  });

  test('is not opened where its file is missing, and it is said which one and what else can be done', async () => {
    plugIn('intel-ax210');
    const error = await clock.run(outcome(start({})));
    expect(error).toBeInstanceOf(TransportError);
    expect(String(error)).toMatch(/intel\/ibt-0041-0041\.sfi is not there \(in \/firmware\)/);
    expect(String(error)).toMatch(/btusb .* hci-socket:N/);
    expect(chip.fragments).toEqual([]);
  });

  test.each([
    ['is cut in its header', sfi().subarray(0, 900), /cut within its header/],
    ['is cut in a command', sfi().subarray(0, -1), /ends within the command/],
    ['is of another version', sfi({ rsaVersion: 0x0003_0000 }), /header at octet 0 is of version 0x30000/],
    ['has the wrong second header', sfi({ ecdsaVersion: 0x0001_0000 }), /header at octet 644/],
    ['does not come out even', concatBytes(sfi(), Uint8Array.of(0, 0xfc, 0)), /no multiple of four/],
  ])('is sent nothing of a file that %s', async (_, file, text) => {
    plugIn('intel-ax210');
    const error = await clock.run(outcome(start({ [`${AX210}.sfi`]: file })));
    expect(error).toBeInstanceOf(TransportError);
    expect(String(error)).toMatch(text);
    expect(chip.fragments).toEqual([]);
  });

  test('that never tells that it has everything is given up, and told to forget it', async () => {
    plugIn('intel-ax210');
    controller.faults.toHost = (packet) => (packet[1] === 0xff ? 'drop' : undefined);
    const error = await clock.run(outcome(start({ [`${AX210}.sfi`]: sfi() })));
    expect(error).toBeInstanceOf(TransportError);
    expect(String(error)).toMatch(/timed out after 5000 ms while waiting for the chip to check it/);
    expect(chip.opcodes.filter((opcode) => opcode === 0xfc01)).toHaveLength(1);
    controller.faults.toHost = undefined;
    chip.leave();
    const hci = await clock.run(start({ [`${AX210}.sfi`]: sfi() }));
    await clock.run(hci.close());
  });

  test('that does not accept what it got is not started', async () => {
    plugIn('intel-ax210');
    controller.faults.toHost = (packet) =>
      packet[1] === 0xff && packet[3] === 0x06
        ? { replaceWith: Uint8Array.of(4, 0xff, 5, 6, 1, 9, 0xfc, 0) }
        : undefined;
    const error = await clock.run(outcome(start({ [`${AX210}.sfi`]: sfi() })));
    expect(String(error)).toMatch(/does not accept it \(result 1\)/);
  });

  test('without settings, or with settings that are cut, works', async () => {
    plugIn('intel-ax210');
    const hci = await clock.run(start({ [`${AX210}.sfi`]: sfi(), [`${AX210}.ddc`]: ddc.subarray(0, 7) }));
    expect(log.map(({ message }) => message).join('\n')).toContain(`without the settings in ${AX210}.ddc`);
    await clock.run(hci.close());
  });
});

test('an Intel chip with its firmware in ROM goes on without its patch, and it is said which one', async () => {
  plugIn('intel-7260');
  const hci = await clock.run(start({}));
  const [warning] = log.filter(({ level }) => level === 'warn');
  expect(warning?.message).toContain('intel/ibt-hw-37.7.10-fw-1.0.2.3.d.bseq');
  await clock.run(hci.close());
});
