import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Adapter,
  Characteristic,
  type Connection,
  MemoryIdentityStore,
  open,
  Service,
  TransportError,
} from 'jelling';
import { createAir, serve } from 'jelling/virtual';
import { describe, expect, onTestFinished, test } from 'vitest';
import { bridgeTo } from '../support/serial-bridge.ts';

/** The `serialport` package at both ends of pseudo-terminals, on the system's clock: what it costs is up to the machine. */
const TEST_MS = 90_000;
const RATE = 3_000_000;
const reads = 60;

const openAt = (adapter: string): Promise<Adapter> =>
  open(adapter, { identityStore: new MemoryIdentityStore(), bonds: false });

/** A controller on a pseudo-terminal, and on the same air a peripheral with a value to read. */
const scene = async (protocol: 'h4' | 'h5') => {
  const folder = mkdtempSync(join(tmpdir(), 'jelling-serial-'));
  const air = createAir();
  const path = join(folder, 'ble0');
  const server = await serve(air, `pty:${path},${protocol}`);
  const peripheral = await open(air.createController().connect(), { bonds: false });
  const service = new Service(0x181a);
  const value = new Characteristic(service, 0x2a6e, { read: true });
  value.write(Uint8Array.from({ length: 200 }, (_, i) => 0xc0 + (i & 0x1f)));
  peripheral.registerServices(service);
  const advertising = peripheral.advertising({ intervalMs: 20 });
  const serving = (async () => {
    for await (const connection of advertising) connection.signal.throwIfAborted();
  })().catch(() => undefined);
  onTestFinished(async () => {
    await advertising.close();
    await serving;
    await peripheral.close();
    await server.close();
    rmSync(folder, { recursive: true });
  });
  const connect = async (ble: Adapter): Promise<Connection> =>
    ble.device(peripheral.address, peripheral.addressType).connect({ timeoutMs: 20_000 });
  return { path, connect, value: value.read() };
};

/** Reads the value so often, and tells of the first read that was wrong. */
const readAll = async (connection: Connection, expected: Uint8Array): Promise<void> => {
  const service = await connection.service(0x181a, { timeoutMs: 10_000 });
  const remote = await service.characteristic(0x2a6e, { timeoutMs: 10_000 });
  for (let i = 0; i < reads; i++) expect(await remote.read({ timeoutMs: 10_000 })).toEqual(expected);
};

const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no failure',
    (error: unknown) => error,
  );

describe('a line that is good', () => {
  test.each([
    ['h4', ''],
    ['h5', ',h5'],
    // A pseudo-terminal has no parity bit: what is shown is that all layers take the rate and the parity together.
    ['h5', ',h5,even'],
  ] as const)('carries %s%s', { timeout: TEST_MS }, async (protocol, option) => {
    const { path, connect, value } = await scene(protocol);
    await using bridge = await bridgeTo(path);
    await using ble = await openAt(`serial:${bridge.device},${RATE},noflow${option}`);
    await readAll(await connect(ble), value);
    expect(bridge.toHost.count + bridge.toController.count).toBe(0);
  });

  test('has its rate found over the three-wire protocol too', { timeout: TEST_MS }, async () => {
    const { path } = await scene('h5');
    await using bridge = await bridgeTo(path);
    await using ble = await openAt(`serial:${bridge.device},h5`);
    expect(ble.address).not.toBe('');
  });
});

describe('a line that is bad', () => {
  test.each([
    ['loses octets', { drop: 0.002 }],
    ['flips bits', { flip: 0.002 }],
    ['is late', { delayMs: 4 }],
    ['does all of it', { drop: 0.001, flip: 0.001, add: 0.001, delayMs: 2 }],
  ])('and %s is as good as any with H5', { timeout: TEST_MS }, async (name, faults) => {
    const { path, connect, value } = await scene('h5');
    await using bridge = await bridgeTo(path, { seed: 21, ...faults });
    await using ble = await openAt(`serial:${bridge.device},${RATE},h5`);
    await readAll(await connect(ble), value);
    if (name !== 'is late') expect(bridge.toHost.count + bridge.toController.count).toBeGreaterThan(10);
  });

  test.each([
    ['loses octets', { drop: 0.01 }],
    ['flips bits', { flip: 0.05 }],
    ['adds octets', { add: 0.01 }],
  ])(
    'and %s ends with a TransportError with H4, never with a wait',
    { timeout: TEST_MS },
    async (_name, faults) => {
      const { path, connect, value } = await scene('h4');
      {
        await using bridge = await bridgeTo(path, { seed: 5 });
        await using ble = await openAt(`serial:${bridge.device},${RATE}`);
        const connection = await connect(ble);
        bridge.toHost.become(faults);
        // Some calls may fail for reasons of their own, such as a link that is said to be over: each ends all the same, until the line is found out.
        while (!ble.signal.aborted) {
          await failureOf(readAll(connection, value));
          await failureOf(ble.device('C0:00:00:00:00:09', 'random').connect({ timeoutMs: 50 }));
        }
        expect(ble.signal.reason).toBeInstanceOf(TransportError);
        expect(await failureOf(ble.device('C0:00:00:00:00:09', 'random').connect())).toBeInstanceOf(
          TransportError,
        );
      }
      // The controller is there for the next host.
      await using bridge = await bridgeTo(path);
      await using ble = await openAt(`serial:${bridge.device},${RATE}`);
      await readAll(await connect(ble), value);
    },
  );
});

describe('a controller that resets by itself', () => {
  test.each([
    ['h4', '', Uint8Array.of(0x00, 0xff, 0x41, 0x42), /is no HCI packet/],
    ['h5', ',h5', Uint8Array.of(0xc0, 0x00, 0x2f, 0x00, 0xd0, 0x01, 0x7e, 0xc0), /has reset itself/],
  ] as const)(
    'is found out by what it says, and opened again: %s',
    { timeout: TEST_MS },
    async (protocol, option, says, words) => {
      const { path, connect, value } = await scene(protocol);
      {
        await using bridge = await bridgeTo(path);
        await using ble = await openAt(`serial:${bridge.device},${RATE}${option}`);
        const lost = (await connect(ble)).disconnected();
        bridge.toHost.carry(says);
        const error = await failureOf(lost);
        expect(error).toBeInstanceOf(TransportError);
        expect(String(error)).toMatch(words);
      }
      await using bridge = await bridgeTo(path);
      await using ble = await openAt(`serial:${bridge.device},${RATE}${option}`);
      await readAll(await connect(ble), value);
    },
  );
});
