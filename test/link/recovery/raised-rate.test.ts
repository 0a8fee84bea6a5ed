import { ManualClock, MemoryIdentityStore } from 'jelling';
import { createAir } from 'jelling/virtual';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Log } from '../../../src/core/log.ts';
import { Host } from '../../../src/gap/host.ts';
import { openSerial } from '../../../src/transport/serial/serial.ts';
import { fromHex } from '../../support/hex.ts';
import { settled } from '../../support/recovering.ts';
import { FIRST_RATE, UartChip } from '../../support/uart-chip.ts';
import { drive } from '../../unit/transport/serial/open-serial.ts';

const RAISED = 3_000_000;
/** One write, and the launch. */
const PATCH = fromHex('4c fc 08 00 00 21 00 01 02 03 04  4e fc 04 ff ff ff ff');
const at = { path: '/dev/ttyX', baudRate: FIRST_RATE, raiseTo: RAISED } as const;

let clock: ManualClock;
let chip: UartChip;
let host: Host;
let states: string[];

beforeEach(async () => {
  clock = new ManualClock();
  chip = new UartChip(createAir({ clock, seed: 3 }));
  const wait = { clock, timeoutMs: Number.POSITIVE_INFINITY };
  const transport = await drive(clock, openSerial(at, wait, chip.serial.load));
  const starting = Host.start(transport, {
    clock,
    log: new Log(),
    recover: {
      reopen: (signal) => openSerial(at, { ...wait, signal }, chip.serial.load),
      tryTimeoutMs: 10_000,
    },
    firmware: { places: ['/firmware'], read: () => Promise.resolve(PATCH) },
    identityStore: new MemoryIdentityStore(),
  });
  host = await drive(clock, starting);
  states = [];
  host.life.on((state) => states.push(state));
});

afterEach(async () => {
  await drive(clock, host.close());
  expect(chip.controller.violations).toEqual([]);
  chip.end();
  expect(clock.pending).toBe(0);
});

/** With its patch, at the raised rate, and the line with it. */
const expectRaised = (): void => {
  expect([chip.rate, chip.serial.baudRate]).toEqual([RAISED, RAISED]);
  expect(host.session.hci.info.hciSubversion).toBe(0x0182);
};

/** Lets streams, which work in ticks, and time run. */
const pass = (ms: number): Promise<void> =>
  drive(clock, new Promise<void>((resolve) => clock.after(ms, resolve)));

test('a chip is used at the raised rate, behind its patch', async () => {
  expectRaised();
  expect(chip.starts).toBe(1);
});

describe('a chip that starts anew by itself, at its first rate', () => {
  test.each([
    ['without a word', new Uint8Array(0)],
    ['with octets that are no packet', Uint8Array.of(0, 0xff, 0, 0xc0)],
    ['in the middle of an event', Uint8Array.of(0x04, 0x3e, 0x20, 0x02)],
  ])('%s, while its host is idle', async (_name, garbage) => {
    chip.restart(garbage);
    await pass(62_000);
    expect(states[0]).toBe('lost');
    await drive(clock, host.life.ready({}));
    expect(states).toEqual(['lost', 'ready']);
    expect(chip.starts).toBe(2);
    expectRaised();
  });

  test('while its host scans, and goes on scanning', async () => {
    const scanner = host.scans.scan({});
    const result = settled(scanner.next());
    await pass(100);
    chip.restart();
    await pass(62_000);
    await drive(clock, host.life.ready({}));
    expectRaised();
    await pass(100);
    expect(host.life.state).toBe('ready');
    await drive(clock, scanner.close());
    await result;
  });

  test('at every moment of being brought back', async () => {
    let heard = 0;
    let restartAt = 1;
    let unpatched = 0;
    for (let survived = false; !survived; restartAt++) {
      heard = 0;
      chip.onPacket = () => {
        if (++heard === restartAt) chip.restart();
      };
      chip.onPacket(new Uint8Array(0));
      if (restartAt > 1) chip.restart();
      await pass(62_000);
      await drive(clock, host.life.ready({}));
      survived = heard < restartAt;
      chip.onPacket = () => undefined;
      await pass(120_000);
      expect(host.life.state).toBe('ready');
      expect([chip.rate, chip.serial.baudRate]).toEqual([RAISED, RAISED]);
      if (host.session.hci.info.hciSubversion === 0) unpatched++;
    }
    expect(restartAt).toBeGreaterThan(20);
    // Behind the patch a Reset goes out until one is answered: a chip that starts anew right then answers from its ROM.
    expect(unpatched).toBe(1);
  });
});

test('a line that is lost, behind which the chip has kept its rate, is raised at once', async () => {
  chip.serial.stream?.destroy(new Error('the adapter was unplugged'));
  await drive(clock, settled(host.life.ready({})));
  await drive(clock, host.life.ready({}));
  expect(states).toEqual(['lost', 'ready']);
  expect(chip.starts).toBe(1);
  expectRaised();
});
