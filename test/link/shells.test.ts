import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Shell } from './shells-process.ts';

const TEST_MS = 90_000;
const jelling = (...args: readonly string[]): Shell => new Shell('tools/jelling.ts', args);

/** Two virtual controllers in a shell of their own, and the names under which others open them. */
const serve = async (first: string, second: string) => {
  const shell = jelling('virtual', '--listen', first, '--listen', second);
  const [, one = '', two = ''] = await shell.says(/^ready: serving (\S+) (\S+)$/m);
  return { shell, one, two };
};

const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'jelling-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
};

/** Finds X in a scan, and looks at what it has. */
const findAndInspect = async (one: string, two: string): Promise<void> => {
  await using advertiser = jelling('advertise', '--adapter', one, '--name', 'X', '--service', '180f');
  const [, address = ''] = await advertiser.says(
    /^ready: advertising X as ((?:[0-9A-F]{2}:){5}[0-9A-F]{2}) /m,
  );

  await using scanner = jelling('scan', '--adapter', two, '--json');
  await scanner.says(/^\{"event":"ready"/);
  const [line] = await scanner.says(/^\{"event":"device".*$/m);
  expect(JSON.parse(line)).toMatchObject({ address, name: 'X', services: ['180f'], connectable: true });
  expect(await scanner.ended()).toEqual({ code: 0, signal: null });
  for (const each of scanner.stdout.trimEnd().split('\n')) expect(JSON.parse(each)).toHaveProperty('event');

  await using inspector = jelling('inspect', 'X', '--adapter', two);
  expect(await inspector.ended()).toEqual({ code: 0, signal: null });
  expect(inspector.stdout).toContain(`X  ${address}/`);
  expect(inspector.stdout).toMatch(
    /└─ 180f Battery\n {3}└─ 2a19 Battery Level {2}read notify {2}@0x[0-9a-f]{4}\n {6}│ {2}= 100 % {2}64\n/,
  );
  await advertiser.says(/has connected[\s\S]*has ended/);

  advertiser.signal('SIGINT');
  expect(await advertiser.ended()).toEqual({ code: 130, signal: null });
  expect(advertiser.stderr).not.toContain('error');
};

describe('four shells', () => {
  test('over TCP', { timeout: TEST_MS }, async () => {
    const { shell, one, two } = await serve('tcp:127.0.0.1:0', 'tcp:127.0.0.1:0');
    await using server = shell;
    expect([one, two]).toEqual([
      expect.stringMatching(/^tcp:127\.0\.0\.1:\d+$/),
      expect.stringMatching(/^tcp:127\.0\.0\.1:\d+$/),
    ]);
    await findAndInspect(one, two);
    server.signal('SIGTERM');
    expect(await server.ended()).toEqual({ code: 143, signal: null });
  });

  test.each([
    ['H4', ''],
    ['H5', ',h5'],
  ])('over pseudo-terminals, as serial ports: %s', { timeout: TEST_MS }, async (_name, protocol) => {
    const path = folder();
    const { shell, one, two } = await serve(`pty:${path}/a${protocol}`, `pty:${path}/b${protocol}`);
    await using server = shell;
    expect([one, two]).toEqual([`serial:${path}/a${protocol}`, `serial:${path}/b${protocol}`]);
    await findAndInspect(one, two);
    server.signal('SIGINT');
    expect(await server.ended()).toEqual({ code: 130, signal: null });
  });
});

describe('files, between two shells', () => {
  const docs = 'docs';
  const name = 'architecture.md';
  const whole = readFileSync(join(docs, name));

  const get = async (path: string, adapter: string): Promise<Shell> => {
    const getter = jelling('files', 'get', name, path, '--adapter', adapter);
    expect(await getter.ended()).toEqual({ code: 0, signal: null });
    expect(readdirSync(path)).toEqual([name]);
    expect(readFileSync(join(path, name))).toEqual(whole);
    return getter;
  };

  test('arrive as they are', { timeout: TEST_MS }, async () => {
    const { shell, one, two } = await serve('tcp:127.0.0.1:0', 'tcp:127.0.0.1:0');
    await using _air = shell;
    await using server = jelling('files', 'serve', './docs', '--adapter', one);
    await server.says(/^ready: serving \.\/docs under the name files as /m);
    await using getter = await get(folder(), two);
    expect(getter.stdout).toContain(createHash('sha256').update(whole).digest('hex'));
    await server.says(/has got architecture\.md: /);
    server.signal('SIGINT');
    expect(await server.ended()).toEqual({ code: 130, signal: null });
  });

  test('go on where they were when the link was cut', { timeout: TEST_MS }, async () => {
    await using air = jelling(
      ...['virtual', '--listen', 'tcp:127.0.0.1:0', '--listen', 'tcp:127.0.0.1:0'],
      ...['--fault', 'cut:after=9k,for=5s', '--json'],
    );
    const [line] = await air.says(/^\{"event":"ready".*$/m);
    const [one, two] = JSON.parse(line).adapters;
    await using server = jelling('files', 'serve', './docs', '--adapter', one);
    await server.says(/^ready/m);
    await using getter = await get(folder(), two);
    expect(getter.stderr).toMatch(
      /has ended: Connection Timeout \(0x08\); connecting again\nconnected to .*\narchitecture\.md: going on behind \d/,
    );
    await server.says(
      /could not get architecture\.md: the link ended behind [\s\S]*has got architecture\.md: /,
    );
    await air.says(/"cut"[\s\S]*"joined"/);
    air.signal('SIGINT');
    expect(await air.ended()).toEqual({ code: 130, signal: null });
    // Neither host did what a controller forbids.
    expect(air.stdout).not.toContain('violation');
  });
});

test('a UART carries octets from pipe to pipe, both ways', { timeout: TEST_MS }, async () => {
  const { shell, one, two } = await serve('tcp:127.0.0.1:0', 'tcp:127.0.0.1:0');
  await using _air = shell;
  const octets = (length: number, seed: number): Uint8Array =>
    Uint8Array.from({ length }, (_, i) => (i * seed + (i >> 8)) & 0xff);
  const [there, here] = [octets(20_000, 7), octets(30_000, 11)];
  const uart = (adapter: string, stdin: Uint8Array, ...args: readonly string[]): Shell =>
    new Shell('tools/jelling.ts', ['uart', ...args, '--adapter', adapter], {}, stdin);
  await using server = uart(one, there, 'serve', '--once');
  await server.notes(/^ready: a Nordic UART/m);
  await using client = uart(two, here, 'connect', '--linger', '5s');
  expect(await client.ended()).toEqual({ code: 0, signal: null });
  expect(client.octets.equals(there)).toBe(true);
  expect(await server.ended()).toEqual({ code: 0, signal: null });
  expect(server.octets.equals(here)).toBe(true);
});

test('a reader who leaves ends the work, quietly', { timeout: TEST_MS }, async () => {
  const { shell, one, two } = await serve('tcp:127.0.0.1:0', 'tcp:127.0.0.1:0');
  await using _server = shell;
  await using advertiser = jelling(
    'advertise',
    '--adapter',
    one,
    '--name',
    'X',
    '--service',
    '180f',
    '--every',
    '20ms',
  );
  await advertiser.says(/^ready/);
  await using listener = jelling('subscribe', 'X', '2a19', '--adapter', two);
  await listener.says(/100 % {2}64/);
  listener.leave();
  expect(await listener.ended()).toEqual({ code: 141, signal: null });
  expect(listener.stderr).not.toMatch(/EPIPE|error/);
  await advertiser.says(/has ended/);
});

test('output that cannot be written is a failure, and the reason is told', { timeout: TEST_MS }, async () => {
  const { shell, one } = await serve('tcp:127.0.0.1:0', 'tcp:127.0.0.1:0');
  await using _server = shell;
  const node = `'${process.execPath}' --conditions=jelling-source --import tsx tools/jelling.ts`;
  const full = (line: string) =>
    promisify(execFile)('sh', ['-c', `${node} ${line} > /dev/full`]).catch((error: unknown) => error);
  expect(await full(`scan --duration forever --adapter ${one}`)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('ENOSPC'),
  });
  expect(await full('--help')).toMatchObject({ code: 1 });
});

test('the demonstration is over in 15 seconds and leaves nothing running', { timeout: TEST_MS }, async () => {
  const start = performance.now();
  await using demo = jelling('demo');
  expect(await demo.ended()).toEqual({ code: 0, signal: null });
  expect(performance.now() - start).toBeLessThan(15_000);
  expect(demo.stdout.match(/ °C {2}█/g)).toHaveLength(16);
  expect(demo.stdout).toContain('181a Environmental Sensing');
  expect(demo.stdout).toContain('Measured');
  expect(demo.stdout).not.toContain('\u001b');
  expect(demo.stderr).toBe('');
});

test('Ctrl-C ends the demonstration in order', { timeout: TEST_MS }, async () => {
  await using demo = jelling('demo', '--json');
  await demo.says(/"event":"reading"/);
  demo.signal('SIGINT');
  expect(await demo.ended()).toEqual({ code: 130, signal: null });
  expect(demo.stderr).toBe('');
});

test('npx finds the command in a clone', { timeout: TEST_MS }, async () => {
  const env = { ...process.env, npm_config_cache: folder(), npm_config_offline: 'true' };
  // The first time npm makes a link to this folder, the second time it is there.
  for (let time = 0; time < 2; time++) {
    const { stdout } = await promisify(execFile)('npx', ['jelling', '--version'], { env });
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  }
});
