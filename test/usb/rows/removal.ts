import assert from 'node:assert/strict';
import { type Adapter, Characteristic, open, Service, TransportError } from 'jelling';
import type { Bench, Row, Socket } from '../row.ts';

type Facts = { readonly socket: Socket; readonly address: string };

const patient = { timeoutMs: 20_000 };
const value = new Uint8Array(200);

/** What is under way; it ends with an error, and tells when it has begun. */
type Work = (ble: Adapter, address: string, begun: () => void) => Promise<void>;

const works: Readonly<Record<string, Work>> = {
  'a scan': async (ble, _address, begun) => {
    for await (const result of ble.scan()) {
      void result;
      begun();
    }
  },
  'a connect': async (ble, _address, begun) => {
    const connecting = ble.device('C0:00:00:00:00:09', 'random').connect(patient);
    begun();
    await connecting;
  },
  writes: async (ble, address, begun) => {
    const connection = await ble.device(address).connect(patient);
    const service = await connection.service(0x181a, patient);
    const characteristic = await service.characteristic(0x2a6e, patient);
    for (;;) {
      await characteristic.write(value, patient);
      begun();
    }
  },
};

/** Pulls the dongle out in the middle of it. */
const pullOut = async (
  { ask, attach, detach, facts, say, until }: Bench<Facts>,
  what: string,
  work: Work,
): Promise<void> => {
  await ask('plugIn');
  await attach(facts.socket);
  // Peers of other rows had the same addresses, and keys.
  const ble = await open('usb', { bonds: false });
  let hasBegun = false;
  const outcome = work(ble, facts.address, () => {
    hasBegun = true;
  }).then(
    () => 'no error',
    (error: unknown) => error,
  );
  await until(`${what} to be under way`, () => hasBegun || undefined, patient.timeoutMs);
  const start = performance.now();
  await ask('unplug');
  const error = await outcome;
  say(`${what}: ${(performance.now() - start).toFixed(0)} ms, ${String(error)}`);
  assert.ok(error instanceof Error);
  assert.ok(ble.signal.reason instanceof TransportError, String(ble.signal.reason));
  assert.match(ble.signal.reason.message, /unplugged/);
  await ble.close();
  await detach();
};

export const removal: Row<Facts> = {
  name: 'removal',
  what: 'the dongle is pulled out in the middle of a scan, a connect and writes, which end with an error and leave nothing open',
  timeoutMs: 150_000,
  stage: async (stage) => {
    const { socket, faults } = await stage.dongle();
    const peer = await stage.host();
    const service = new Service(0x181a);
    new Characteristic(service, 0x2a6e, { write: true });
    peer.registerServices(service);
    await stage.advertise(peer);
    stage.on('unplug', async () => {
      faults.unplug();
      return null;
    });
    stage.on('plugIn', async () => {
      faults.plugIn();
      return null;
    });
    return { socket, address: peer.address };
  },
  guest: async (bench) => {
    for (const [what, work] of Object.entries(works)) await pullOut(bench, what, work);
  },
};

export const replug: Row<Socket> = {
  name: 'replug',
  what: 'with recover, an adapter whose dongle is pulled out and plugged in again goes on scanning',
  timeoutMs: 120_000,
  stage: async (stage) => {
    const { socket } = await stage.dongle();
    await stage.advertise(await stage.host(), { name: 'kettle' });
    stage.on('light the lamp', async () => {
      await stage.advertise(await stage.host(), { name: 'lamp' });
      return null;
    });
    return socket;
  },
  guest: async ({ ask, attach, detach, facts, say, until }) => {
    await attach(facts);
    await using ble = await open('usb', { recover: true });
    const states: string[] = [];
    ble.on('state', (state) => states.push(state));
    const heard = new Set<string | undefined>();
    await using scanner = ble.scan();
    const scanning = (async (): Promise<void> => {
      for await (const { name } of scanner) heard.add(name);
    })();
    await until('the kettle to be heard', () => heard.has('kettle') || undefined);
    await detach();
    await until('the loss', () => ble.state !== 'ready' || undefined);
    await ask('light the lamp');
    await attach(facts);
    await until('the lamp to be heard', () => heard.has('lamp') || undefined, 60_000);
    say(states.join(', '));
    await scanner.close();
    await scanning;
  },
};
