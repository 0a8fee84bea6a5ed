import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAir, serve, type VirtualServer } from 'jelling/virtual';
import { expect, onTestFinished, test } from 'vitest';
import { Shell } from './shells-process.ts';

const TEST_MS = 90_000;

const example = (file: string, { address }: VirtualServer, ...args: readonly string[]): Shell =>
  new Shell(`examples/${file}`, args, { JELLING_ADAPTER: address });

const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'jelling-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
};

const scanned = async (shell: Shell): Promise<void> => {
  await shell.says(/^([0-9A-F]{2}:){5}[0-9A-F]{2} -\d+ temp-sense \[ '181a' \]$/m);
  expect(await shell.ended()).toEqual({ code: 0, signal: null });
  expect(shell.stderr).toBe('');
};

test('the examples run as printed', { timeout: TEST_MS }, async () => {
  const air = createAir();
  await using forSensor = await serve(air, 'tcp:127.0.0.1:0');
  await using forClient = await serve(air, 'tcp:127.0.0.1:0');
  await using forScan = await serve(air, 'tcp:127.0.0.1:0');
  await using forPlainScan = await serve(air, 'tcp:127.0.0.1:0');

  await using sensor = example('temp-sensor.ts', forSensor);
  const [, address = ''] = await sensor.says(/^temp-sensor is (\S+); Ctrl-C ends it$/m);

  await using scan = example('scan.ts', forScan);
  await using plainScan = example('scan.js', forPlainScan);
  await Promise.all([scanned(scan), scanned(plainScan)]);
  expect(scan.stdout).toContain(address);

  for (let visit = 0; visit < 2; visit++) {
    await using client = example('temp-client.ts', forClient);
    expect(await client.ended()).toEqual({ code: 0, signal: null });
    expect(client.stdout).toMatch(/^now -?\d+\.\d\d °C\n(-?\d+\.\d\d °C\n){5}$/);
    expect(client.stderr).toBe('');
    await sensor.says(/has connected\n[\s\S]*the central has gone/);
  }
  sensor.signal('SIGINT');
  expect(await sensor.ended()).toEqual({ code: 0, signal: null });
  expect(sensor.stderr).toBe('');
});

test('the examples of files list, get and put, also over a link that is cut', {
  timeout: TEST_MS,
}, async () => {
  const air = createAir();
  await using forServer = await serve(air, 'tcp:127.0.0.1:0');
  await using forClient = await serve(air, 'tcp:127.0.0.1:0');
  const [here, there] = [folder(), folder()];
  const content = Uint8Array.from({ length: 50_000 }, (_, i) => (i * 7) & 0xff);
  const sum = createHash('sha256').update(content).digest('hex');
  writeFileSync(join(there, 'a.bin'), content);
  await using server = example('file-server.ts', forServer, there);
  await server.says(/^file-server is (\S+); Ctrl-C ends it$/m);

  await using list = example('file-client.ts', forClient, 'list');
  expect(await list.ended()).toEqual({ code: 0, signal: null });
  expect(list.stdout).toBe('     50000 a.bin\n');

  // A wall in the middle; it falls when the client has lost the link.
  let passed = 0;
  let fall: (() => void) | undefined;
  air.faults.data = ({ from, to, payload }) => {
    passed += payload.length;
    if (fall !== undefined || passed < 30_000) return undefined;
    fall = () => air.faults.join(from, to);
    air.faults.separate(from, to);
    return 'drop';
  };
  await using get = example('file-client.ts', forClient, 'get', 'a.bin', here);
  await get.says(/has ended: Connection Timeout \(0x08\).*: once more\n/);
  fall?.();
  const [, resumedAt] = await get.says(/^a\.bin: 50000 octets, the first (\d+) were there already$/m);
  expect(Number(resumedAt)).toBeGreaterThan(10_000);
  expect(await get.ended()).toEqual({ code: 0, signal: null });
  expect(get.stdout).toContain(`SHA-256 ${sum}`);
  expect(get.stderr).toMatch(/\r#{40} 100 %\n$/);
  expect(readFileSync(join(here, 'a.bin'))).toEqual(Buffer.from(content));

  writeFileSync(join(here, 'b.bin'), content);
  await using put = example('file-client.ts', forClient, 'put', 'b.bin', here);
  expect(await put.ended()).toEqual({ code: 0, signal: null });
  expect(readFileSync(join(there, 'b.bin'))).toEqual(Buffer.from(content));

  server.signal('SIGINT');
  expect(await server.ended()).toEqual({ code: 0, signal: null });
  expect(server.stderr).toBe('');
  expect(server.stdout).toMatch(
    /list the files is done[\s\S]*download a\.bin has failed: DisconnectedError[\s\S]*download a\.bin is done[\s\S]*upload b\.bin is done/,
  );
});

test('the example of a UART carries standard input to standard output', { timeout: TEST_MS }, async () => {
  const air = createAir();
  await using forServer = await serve(air, 'tcp:127.0.0.1:0');
  await using forClient = await serve(air, 'tcp:127.0.0.1:0');
  const octets = (length: number, seed: number): Uint8Array =>
    Uint8Array.from({ length }, (_, i) => (i * seed + (i >> 8)) & 0xff);
  const uart = ({ address }: VirtualServer, stdin: Uint8Array | 'open', ...args: readonly string[]): Shell =>
    new Shell('examples/uart.ts', args, { JELLING_ADAPTER: address }, stdin);
  const sent = octets(30_000, 11);
  await using server = uart(forServer, 'open');
  await server.notes(/^uart is /m);
  await using client = uart(forClient, sent, 'connect');
  expect(await client.ended()).toEqual({ code: 0, signal: null });
  expect(await server.ended()).toEqual({ code: 0, signal: null });
  expect(server.octets.equals(sent)).toBe(true);
});
