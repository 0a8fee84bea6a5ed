import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Characteristic, MemoryIdentityStore, open, Service } from 'jelling';
import { expect, onTestFinished, test } from 'vitest';
import { Shell } from '../shells-process.ts';

const TEST_MS = 120_000;

const folder = mkdtempSync(join(tmpdir(), 'jelling-daemon-'));
const places = ['gateway', 'sensor'].map((name) => `unix:${join(folder, name)}`);
const [forGateway = '', forSensor = ''] = places;
const controllers = async (): Promise<Shell> => {
  const shell = new Shell('tools/jelling.ts', ['virtual', ...places.flatMap((place) => ['--listen', place])]);
  await shell.says(new RegExp(`${forSensor}`));
  return shell;
};

/** A sensor that gets over the end of its controller, and says something every 50 ms. */
const sensor = async () => {
  const service = new Service(0x181a);
  const value = new Characteristic(service, 0x2a6e, { read: true, notify: true });
  const ble = await open(forSensor, {
    recover: true,
    bonds: false,
    identityStore: new MemoryIdentityStore(),
  });
  ble.registerServices(service);
  const advertising = ble.advertising({ name: 'sensor', services: [0x181a] });
  const serving = (async () => {
    for await (const connection of advertising) void connection;
  })().catch(() => undefined);
  let at = 0;
  const timer = setInterval(() => {
    const octets = new Uint8Array(2);
    new DataView(octets.buffer).setInt16(0, at++, true);
    value.write(octets);
    value.notify().catch(() => undefined);
  }, 50);
  const close = async (): Promise<void> => {
    clearInterval(timer);
    await ble.close();
    await serving;
  };
  return { ble, [Symbol.asyncDispose]: close };
};

/** What posts and tells of systemd arrive at. */
const listeners = async () => {
  const posted: unknown[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      posted.push(JSON.parse(body));
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const told = join(folder, 'told');
  writeFileSync(join(folder, 'systemd-notify'), `#!/bin/sh\necho "$@" >> '${told}'\n`, { mode: 0o755 });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    posted,
    told: () => (existsSync(told) ? readFileSync(told, 'utf8').split('\n') : []),
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const until = async (fits: () => boolean): Promise<void> => {
  while (!fits()) await new Promise((resolve) => setTimeout(resolve, 20));
};

test('the gateway gets over the death of its controllers, and stops within a second', {
  timeout: TEST_MS,
}, async () => {
  onTestFinished(() => rmSync(folder, { recursive: true }));
  await using first = await controllers();
  await using peripheral = await sensor();
  await using world = await listeners();
  const { address } = peripheral.ble;
  await using gateway = new Shell('examples/daemon/gateway.ts', [address, '--post', world.url], {
    JELLING_ADAPTER: forGateway,
    XDG_STATE_HOME: folder,
    NOTIFY_SOCKET: '/run/systemd/notify',
    WATCHDOG_USEC: '400000',
    PATH: `${folder}${delimiter}${process.env['PATH']}`,
  });
  const reading = new RegExp(`^\\d{4}-\\S+Z ${address} (\\d+\\.\\d\\d) °C$`, 'm');
  const [, before = ''] = await gateway.says(reading);
  await until(() => world.told().some((line) => line.startsWith('--ready')));

  first.signal('SIGKILL');
  await first.ended();
  await gateway.notes(/^error: .*was lost/m);
  await gateway.notes(/^warn: .* is not back: /m);
  await until(() => world.told().includes('STATUS=the controller is looked for'));
  const silentFrom = gateway.stdout.length;
  await using second = await controllers();
  await gateway.notes(/^info: the controller at \S+ is back$/m);
  await until(() => reading.test(gateway.stdout.slice(silentFrom)));
  const [, after = ''] = reading.exec(gateway.stdout.slice(silentFrom)) ?? [];
  expect(Number(after)).toBeGreaterThan(Number(before));
  await until(() => world.told().filter((line) => line === 'WATCHDOG=1').length > 1);
  await until(() => world.told().includes('STATUS=the controller is there'));
  await until(() => world.posted.length > 0);
  expect(world.posted[0]).toMatchObject({ sensor: address, celsius: expect.any(Number) });

  const began = performance.now();
  gateway.signal('SIGTERM');
  expect(await gateway.ended()).toEqual({ code: 0, signal: null });
  expect(performance.now() - began).toBeLessThan(1_000);
  await until(() => world.told().includes('STOPPING=1'));
  second.signal('SIGTERM');
  await second.ended();
});
