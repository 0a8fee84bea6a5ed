import { ManualClock, MemoryIdentityStore } from 'jelling';
import { createAir } from 'jelling/virtual';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Log } from '../../../src/core/log.ts';
import type { HciTransport } from '../../../src/core/transport.ts';
import { Host } from '../../../src/gap/host.ts';
import { openSerial } from '../../../src/transport/serial/serial.ts';
import { fromHex } from '../../support/hex.ts';
import { H5End } from '../../unit/transport/h5/h5-ends.ts';
import { FakeSerial } from '../../unit/transport/serial/fake-serial.ts';
import { drive } from '../../unit/transport/serial/open-serial.ts';

const at = { path: '/dev/ttyX', baudRate: 1_000_000, protocol: 'h5', evenParity: true } as const;

/** What a chip says as it wakes up. */
const SYNC = fromHex('c0002f00d0017ec0');

/** A controller behind its end of a three-wire line. */
class Chip extends H5End {
  readonly port: HciTransport;

  constructor(clock: ManualClock, port: HciTransport, out: (octets: Uint8Array) => void) {
    super('controller', clock);
    this.port = port;
    this.out = out;
    port.start({
      packet: (packet) => this.link.send(packet.slice()),
      lostSync: () => undefined,
      closed: () => undefined,
    });
    this.link.start();
  }

  override packet(packet: Uint8Array): void {
    this.port.send(packet.slice());
  }
}

let clock: ManualClock;
let serial: FakeSerial;
let chip: Chip;
let host: Host;
let states: string[];

/** Starts anew, as after a moment without power. */
const wake = (): void => {
  chip?.link.stop();
  void chip?.port.close();
  chip = new Chip(clock, air.createController({ address: null }).connect(), (octets) => serial.say(octets));
};
let air: ReturnType<typeof createAir>;

beforeEach(async () => {
  clock = new ManualClock();
  air = createAir({ clock, seed: 5 });
  serial = new FakeSerial({ hear: (octets) => chip.link.push(octets) });
  wake();
  const wait = { clock, timeoutMs: Number.POSITIVE_INFINITY };
  const starting = Host.start(await drive(clock, openSerial(at, wait, serial.load)), {
    clock,
    log: new Log(),
    recover: {
      reopen: (signal) => openSerial(at, { ...wait, signal }, serial.load),
      tryTimeoutMs: 10_000,
    },
    identityStore: new MemoryIdentityStore(),
  });
  host = await drive(clock, starting);
  states = [];
  host.life.on((state) => states.push(state));
});

afterEach(async () => {
  await drive(clock, host.close());
  chip.link.stop();
  await chip.port.close();
  expect(clock.pending).toBe(0);
});

/** Lets streams, which work in ticks, and time run. */
const pass = (ms: number): Promise<void> =>
  drive(clock, new Promise<void>((resolve) => clock.after(ms, resolve)));

test('a chip that starts anew by itself says so, and is opened again, with its parity', async () => {
  for (let i = 0; i < 3; i++) {
    wake();
    serial.say(SYNC);
    await pass(500);
    expect(states.slice(2 * i, 2 * i + 1)).toEqual(['lost']);
    await drive(clock, host.life.ready({}));
  }
  expect(states).toEqual(['lost', 'ready', 'lost', 'ready', 'lost', 'ready']);
  expect(new Set(serial.opened.map(({ evenParity }) => evenParity))).toEqual(new Set([true]));
});

test('a chip that falls silent is given up by its line, or missed, and is opened again when it speaks', async () => {
  chip.out = () => undefined;
  await pass(62_000);
  expect(host.life.state).toBe('lost');
  wake();
  await drive(clock, host.life.ready({}));
  await pass(60_000);
  expect(states).toEqual(['lost', 'ready']);
});
