import { type HciTransport, ManualClock, TransportError } from 'jelling';
import { createAir, type VirtualController } from 'jelling/virtual';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseAddress } from '../../../../src/core/address.ts';
import { toHex } from '../../../../src/core/bytes.ts';
import { Log, type LogRecord } from '../../../../src/core/log.ts';
import { HciController, type HciControllerOptions } from '../../../../src/hci/hci-controller.ts';
import { tap } from '../../../../src/snoop/tap.ts';
import { fromHex } from '../../../support/hex.ts';

const FILE = 'brcm/BCM4345C0.hcd';
/** Two writes of four octets, and the launch. */
const patch = fromHex(
  '4c fc 08 00 00 21 00 01 02 03 04  4c fc 08 04 00 21 00 05 06 07 08  4e fc 04 ff ff ff ff',
);

let clock: ManualClock;
let controller: VirtualController;
let baudRates: number[];
let raisedTo: number | undefined;
let log: LogRecord[];
let sent: string[];

beforeEach(() => {
  clock = new ManualClock();
  controller = createAir({ clock, seed: 1 }).createController({ profile: 'broadcom-pi' });
  baudRates = [];
  raisedTo = undefined;
  log = [];
  sent = [];
});

afterEach(() => {
  expect(controller.violations).toEqual([]);
  expect(clock.pending).toBe(0);
});

/** As a serial line of the controller. */
const uart = (): HciTransport => {
  const transport = controller.connect();
  return Object.assign(transport, {
    send: (packet: Uint8Array) => {
      sent.push(toHex(packet.subarray(1, 3)));
      Object.getPrototypeOf(transport).send.call(transport, packet);
    },
    bus: 'uart' as const,
    line: {
      baudRate: 921_600,
      raisedTo,
      setBaudRate: (rate: number) => {
        baudRates.push(rate);
        return Promise.resolve();
      },
    },
  });
};

const options = (files: Readonly<Record<string, Uint8Array>>): HciControllerOptions => ({
  clock,
  log: new Log((entry) => log.push(entry)),
  firmware: { places: ['/firmware'], read: (file) => Promise.resolve(files[file]) },
});

const start = (files: Readonly<Record<string, Uint8Array>>): Promise<HciController> =>
  HciController.start(uart(), options(files));

const outcome = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);

describe("a Raspberry Pi's chip", () => {
  test('gets its patch in order and in time, and is asked again what it is', async () => {
    const hci = await clock.run(start({ [FILE]: patch }));
    expect(hci.info).toMatchObject({ hciSubversion: 0x0182, lmpSubversion: 0x6119 });
    expect(hci.info.profile?.name).toBe('broadcom');
    expect(baudRates).toEqual([115_200]);
    expect(log.map(({ message }) => message).join('\n')).toContain(`loading ${FILE} into the BCM4345C0`);
    await clock.run(hci.close());
  });

  test.each([
    [3_000_000, []],
    [4_000_000, ['45fc']],
  ])('goes on at %i baud where it had been raised to that', async (baudRate, clock48) => {
    raisedTo = baudRate;
    const hci = await clock.run(start({ [FILE]: patch }));
    expect(baudRates).toEqual([115_200, baudRate]);
    expect(sent.filter((opcode) => ['45fc', '18fc'].includes(opcode))).toEqual([...clock48, '18fc']);
    await clock.run(hci.close());
  });

  test('gets its patch also where a capture is taken', async () => {
    const tapped = tap(uart(), { record: () => undefined, close: () => Promise.resolve() });
    const hci = await clock.run(HciController.start(tapped, options({ [FILE]: patch })));
    expect(hci.info.hciSubversion).toBe(0x0182);
    expect(baudRates).toEqual([115_200]);
    await clock.run(hci.close());
  });

  test('that has its patch is left alone', async () => {
    await clock.run(start({ [FILE]: patch }).then((hci) => hci.close()));
    baudRates = [];
    sent = [];
    const hci = await clock.run(start({ [FILE]: patch }));
    expect(hci.info.hciSubversion).toBe(0x0182);
    expect(baudRates).toEqual([]);
    expect(sent).not.toContain('2efc');
    await clock.run(hci.close());
  });

  test('goes on from ROM where the file is missing, and it is said which one', async () => {
    const hci = await clock.run(start({}));
    expect(hci.info.hciSubversion).toBe(0);
    const [warning] = log.filter(({ level }) => level === 'warn');
    expect(warning?.message).toMatch(/BCM4345C0 .*brcm\/BCM4345C0\.hcd is not there \(in \/firmware\)/);
    await clock.run(hci.close());
  });

  test.each([
    ['ends within a command', patch.subarray(0, 15)],
    ['is empty', new Uint8Array()],
  ])('is sent nothing of a file that %s', async (_, file) => {
    const error = await clock.run(outcome(start({ [FILE]: file })));
    expect(error).toBeInstanceOf(TransportError);
    expect(sent).not.toContain('2efc');
    expect(String(error)).toMatch(/loading brcm\/BCM4345C0\.hcd .* failed: the \.hcd file/);
  });
});

test('an address that every chip of the kind has counts as none', async () => {
  controller = createAir({ clock, seed: 1 }).createController({
    profile: 'broadcom-pi',
    address: parseAddress('43:45:C0:00:1F:AC'),
  });
  const hci = await clock.run(start({ [FILE]: patch }));
  expect(hci.info.publicAddress).toBeUndefined();
  await clock.run(hci.close());
});
