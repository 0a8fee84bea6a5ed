import { PassThrough, Readable } from 'node:stream';
import { createAir, serve } from 'jelling/virtual';
import { describe, expect, test } from 'vitest';
import { Exit } from '../../../tools/exit.ts';
import { Input } from '../../../tools/input.ts';
import { Output } from '../../../tools/output.ts';
import { printableLines } from '../../../tools/text.ts';
import { run, Tool } from './run-tool.ts';

let airs = 0;

/** A UART that is served, and how the commands beside it reach it without looking for it first. */
const serving = async (stdin: Readable, ...args: readonly string[]) => {
  const adapter = `virtual:uart-${airs++}`;
  const tool = new Tool(['uart', 'serve', '--adapter', adapter, '--json', ...args], {}, stdin);
  await tool.says(/"ready"/);
  const address = `${tool.events[0]?.['address']}/${tool.events[0]?.['addressType']}`;
  return { tool, adapter, at: [address, '--adapter', adapter] };
};

const textOf = (tool: Tool): string =>
  tool.events
    .filter(({ event }) => event === 'received')
    .map(({ text }) => text)
    .join('');

describe('help', () => {
  test.each(['connect', 'serve'])('of %s fits 80 columns and has an example', async (name) => {
    const { status, stdout } = await run('uart', name, '--help');
    expect(status).toBe(Exit.ok);
    expect(stdout).toContain(`Usage: jelling uart ${name}`);
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  });
});

/** Two programs, loaded for the first time, on a machine that does other things. */
const TEST_MS = 30_000;

describe('a UART between two commands', { timeout: TEST_MS }, () => {
  test('carries what is typed, both ways, while it is typed', async () => {
    const there = new PassThrough();
    const { tool, at } = await serving(there);
    const here = new PassThrough();
    const client = new Tool(['uart', 'connect', ...at], {}, here);
    here.write('hello ø\n');
    await tool.says(/hello ø/);
    there.write('and you\n');
    await client.says(/^and you\n$/);
    here.write('bye\n');
    await tool.says(/bye/);
    here.end();
    expect(await client.exit).toBe(Exit.ok);
    expect(client.stdout).toBe('and you\n');
    expect(client.stderr).toMatch(/^looking for .*\nconnected to .*\nready: Ctrl-D ends it\n$/);
    expect(textOf(tool)).toBe('hello ø\nbye\n');
    await tool.says(/"disconnected"/);
    expect(await tool.interrupt()).toBe(Exit.interrupted);
  });

  test('ends when the other side does', async () => {
    const { tool, at } = await serving(new PassThrough());
    const client = new Tool(['uart', 'connect', ...at, '--json'], {}, new PassThrough());
    await client.says(/"ready"/);
    expect(await tool.interrupt()).toBe(Exit.interrupted);
    expect(await client.exit).toBe(Exit.ok);
  });

  test('keeps what comes from standard input until somebody listens, and serves one with --once', async () => {
    const { tool, at } = await serving(Readable.from([Buffer.from('welcome\n')]), '--once');
    const { status, stdout } = await run('uart', 'connect', ...at, '--linger', '300ms');
    expect([status, stdout]).toEqual([Exit.ok, 'welcome\n']);
    expect(await tool.exit).toBe(Exit.ok);
  });

  test('is found by its service', async () => {
    const { tool, adapter } = await serving(Readable.from([]), '--name', 'console');
    const found = await run('uart', 'connect', '--adapter', adapter, '--linger', '50ms', '--json');
    expect(found.events.map(({ event }) => event)).toEqual(['connected', 'ready']);
    expect((await run('uart', 'connect', 'console', '--adapter', adapter, '--linger', '50ms')).status).toBe(
      Exit.ok,
    );
    await tool.interrupt();
  });

  test('that is not there', async () => {
    const { status, stderr } = await run(
      ...['uart', 'connect', '--adapter', `virtual:uart-${airs++}`, '--timeout', '100ms'],
    );
    expect(status).toBe(Exit.notFound);
    expect(stderr).toContain('a Nordic UART was not heard within 0.1 s');
  });

  test('that is lost is an error', async () => {
    const air = createAir();
    await using one = await serve(air, 'tcp:127.0.0.1:0');
    await using other = await serve(air, 'tcp:127.0.0.1:0');
    const tool = new Tool(['uart', 'serve', '--adapter', one.address, '--json'], {}, new PassThrough());
    await tool.says(/"ready"/);
    const here = new PassThrough();
    const client = new Tool(['uart', 'connect', '--adapter', other.address], {}, here);
    here.write('x');
    await tool.says(/"received"/);
    air.faults.separate(one.controller.station, other.controller.station);
    expect(await client.exit).toBe(Exit.disconnected);
    expect(client.stderr).toContain('Connection Timeout (0x08)');
    await tool.interrupt();
  });
});

test('what a terminal shows of a peer does nothing to the terminal', () => {
  expect(printableLines('a\tb\r\n\u001b[2J\u0007')).toBe('a\tb\r\n\\u{1b}[2J\\u{7}');
});

describe('standard input', () => {
  const { signal } = new AbortController();

  test('is read as it comes, and not before', async () => {
    const stream = new PassThrough();
    let opened = 0;
    const input = new Input(() => {
      opened++;
      return stream;
    });
    input.close();
    expect(opened).toBe(0);
    const first = input.read(signal);
    stream.write('one');
    expect(Buffer.from((await first) ?? []).toString()).toBe('one');
    stream.end('two');
    expect(Buffer.from((await input.read(signal)) ?? []).toString()).toBe('two');
    expect(await input.read(signal)).toBeUndefined();
    expect([opened, stream.listenerCount('readable')]).toEqual([1, 0]);
  });

  test('is given up with the signal, and can be closed', async () => {
    const stream = new PassThrough();
    const input = new Input(() => stream);
    const stop = new AbortController();
    const reading = input.read(stop.signal);
    const reason = new Error('enough');
    stop.abort(reason);
    await expect(reading).rejects.toBe(reason);
    const closed = input.read(signal);
    input.close();
    expect(await closed).toBeUndefined();
  });

  test('that fails says so', async () => {
    const stream = new PassThrough();
    const input = new Input(() => stream);
    const reading = input.read(signal);
    stream.destroy(new Error('EIO'));
    await expect(reading).rejects.toThrow('EIO');
  });
});

test('octets wait for whoever reads them, and no longer than the command lasts', async () => {
  const drained: (() => void)[] = [];
  const written: unknown[] = [];
  const stdout = {
    write: (chunk: unknown) => {
      written.push(chunk);
      return false;
    },
    once: (_: string, listener: () => void) => drained.push(listener),
  };
  const output = new Output({ stdout, stderr: stdout, env: {}, json: false });
  const stop = new AbortController();
  const octets = Uint8Array.of(0, 255);
  let isDone = false;
  const waiting = output.octets(octets, stop.signal).then(() => {
    isDone = true;
  });
  await Promise.resolve();
  expect([written, isDone]).toEqual([[octets], false]);
  drained[0]?.();
  await waiting;
  const reason = new Error('enough');
  const given = output.octets(octets, stop.signal);
  stop.abort(reason);
  await expect(given).rejects.toBe(reason);
});
