import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAir, serve } from 'jelling/virtual';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Exit } from '../../../tools/exit.ts';
import { run, Tool } from './run-tool.ts';

let airs = 0;

const folder = (files: Readonly<Record<string, string | Uint8Array>> = {}): string => {
  const path = mkdtempSync(join(tmpdir(), 'jelling-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
  return path;
};

/** A folder that is served, and how the commands beside it reach it without looking for it first. */
const serving = async (path: string, ...args: readonly string[]) => {
  const adapter = `virtual:files-${airs++}`;
  const tool = new Tool(['files', 'serve', path, '--adapter', adapter, '--json', ...args]);
  await tool.says(/"ready"/);
  const peer = `${tool.events[0]?.['address']}/${tool.events[0]?.['addressType']}`;
  return { tool, adapter, at: ['--adapter', adapter, '--peer', peer] };
};

describe('help', () => {
  test('lists what the command can do', async () => {
    const { status, stdout } = await run('files', '--help');
    expect(status).toBe(Exit.ok);
    for (const name of ['serve', 'list', 'get', 'put']) expect(stdout).toContain(`  ${name} `);
    expect((await run('help', 'files')).stdout).toBe(stdout);
  });

  test.each(['serve', 'list', 'get', 'put'])('of %s fits 80 columns and has an example', async (name) => {
    const { status, stdout } = await run('files', name, '--help');
    expect(status).toBe(Exit.ok);
    expect(stdout).toContain(`Usage: jelling files ${name}`);
    expect(stdout).toMatch(new RegExp(`Examples\\n  jelling files ${name}\\b`));
    expect((await run('help', 'files', name)).stdout).toBe(stdout);
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  });
});

test.each([
  [['files'], "what shall it do? The commands are serve, list, get, put\nSee 'jelling files --help'."],
  [['files', 'lst'], "there is no command 'files lst': is it list?"],
  [['files', '--json', 'list'], 'the command comes first, its options behind it: jelling files list --json'],
  [
    ['files', 'get'],
    "NAME is missing: the file, as jelling files list shows it\nSee 'jelling files get --help'.",
  ],
  [['files', 'get', '../x'], "'../x' is no name that a file can have there"],
  [['files', 'get', 'x', '.hidden'], "'.hidden' is no name that a file can have everywhere"],
  [['files', 'put', 'x', 'a/b'], "'a/b' is no name that a file can have there"],
  [['files', 'serve', '.', '--uploads', 'all'], "--uploads: 'all' is none of none, new, replace"],
  [['files', 'serve', '.', '--max-size', 'big'], "--max-size: 'big' is no number of octets"],
  [['virtual', '--listen', 'tcp:1', '--fault', 'cut'], "--fault: 'cut' is no fault"],
])('%j is a command line that cannot be read', async (args, message) => {
  const { status, stderr } = await run(...args);
  expect(stderr).toContain(message);
  expect(status).toBe(Exit.usage);
});

/** Several programs after each other, on a machine that does other things. */
const TEST_MS = 30_000;

describe('a folder that is served', { timeout: TEST_MS }, () => {
  const content = Uint8Array.from({ length: 20_000 }, (_, i) => (i * 7) & 0xff);

  test('is listed, and found by what it serves', async () => {
    const path = folder({ 'b.txt': 'b', a: content });
    mkdirSync(join(path, 'sub'));
    const { tool, adapter } = await serving(path, '--name', 'kitchen');
    const { status, stdout } = await run('files', 'list', '--adapter', adapter);
    expect(status).toBe(Exit.ok);
    expect(stdout).toMatch(
      /^ +SIZE {2}CHANGED {11}NAME\n +20\.0 kB {2}\d{4}-\d\d-\d\d \d\d:\d\d {2}a\n +1 octet {2}.{16} {2}b\.txt\n$/,
    );
    const { events } = await run('files', 'list', '--adapter', adapter, '--peer', 'kitchen', '--json');
    expect(events).toMatchObject([
      { event: 'connected' },
      { event: 'file', name: 'a', size: 20_000, modified: expect.stringMatching(/Z$/) },
      { event: 'file', name: 'b.txt', size: 1 },
    ]);
    expect(await tool.interrupt()).toBe(Exit.interrupted);
    expect(tool.events.filter(({ event }) => event === 'served')).toMatchObject([
      { operation: 'list' },
      { operation: 'list' },
    ]);
  });

  test('gives its files, under any name', async () => {
    const { tool, at } = await serving(folder({ a: content }));
    const here = folder();
    const got = await run('files', 'get', 'a', here, ...at);
    expect(got.status).toBe(Exit.ok);
    expect(got.stdout).toMatch(
      /^got a: 20\.0 kB in \d+\.\d s, .*\/s\nSHA-256 [0-9a-f]{64}, the same at both ends\n$/,
    );
    expect(readFileSync(join(here, 'a'))).toEqual(Buffer.from(content));
    const { events } = await run('files', 'get', 'a', join(here, 'b'), '--json', ...at);
    expect(events.at(-1)).toMatchObject({
      event: 'got',
      name: 'a',
      path: join(here, 'b'),
      size: 20_000,
      resumedAt: 0,
      transferred: 20_000,
    });
    const again = await run('files', 'get', 'a', here, ...at);
    expect(again.stdout).toContain('got a: 20.0 kB, which were there already\n');
    expect(readdirSync(here).sort()).toEqual(['a', 'b']);
    await tool.interrupt();
  });

  test('takes files where it is told to, and says why where not', async () => {
    const here = folder({ a: content, other: 'other' });
    const there = folder();
    const none = await serving(there);
    const refused = await run('files', 'put', join(here, 'a'), ...none.at);
    expect([refused.status, readdirSync(there)]).toEqual([Exit.refused, []]);
    expect(refused.stderr).toContain('0x06, Not Permitted');
    await none.tool.interrupt();

    const { tool, at } = await serving(there, '--uploads', 'new', '--max-size', '20k');
    symlinkSync(join(here, 'a'), join(here, 'link'));
    expect((await run('files', 'put', join(here, 'link'), 'a', ...at)).stdout).toMatch(
      /^put a: 20\.0 kB in /,
    );
    expect(readFileSync(join(there, 'a'))).toEqual(Buffer.from(content));
    const taken = await run('files', 'put', join(here, 'other'), 'a', ...at);
    expect([taken.status, taken.stderr]).toEqual([
      Exit.refused,
      expect.stringContaining('0x05, Already Exists'),
    ]);
    writeFileSync(join(here, 'long'), new Uint8Array(20_001));
    expect((await run('files', 'put', join(here, 'long'), ...at)).stderr).toContain('0x07, Too Large');
    expect(readdirSync(there)).toEqual(['a']);
    await tool.interrupt();
    expect(tool.events.filter(({ event }) => event === 'failed')).toMatchObject([
      { operation: 'upload', name: 'a', message: expect.stringMatching(/^0x05, Already Exists/) },
      { operation: 'upload', name: 'long', message: expect.stringMatching(/^0x07, Too Large/) },
    ]);

    const any = await serving(there, '--uploads', 'replace');
    expect((await run('files', 'put', join(here, 'other'), 'a', '--replace', ...any.at)).status).toBe(
      Exit.ok,
    );
    expect(readFileSync(join(there, 'a'), 'utf8')).toBe('other');
    await any.tool.interrupt();
  });

  test('says what is not there, and what is in the way', async () => {
    const { tool, at } = await serving(folder({ a: 'new' }));
    const here = folder({ a: 'old' });
    const missing = await run('files', 'get', 'b', here, ...at);
    expect([missing.status, missing.stderr]).toEqual([
      Exit.notFound,
      expect.stringMatching(/^error: downloading 'b' from .*: 0x04, Not Found/m),
    ]);
    const inTheWay = await run('files', 'get', 'a', here, ...at);
    expect([inTheWay.status, readFileSync(join(here, 'a'), 'utf8')]).toEqual([Exit.failure, 'old']);
    expect((await run('files', 'get', 'a', here, '--replace', ...at)).status).toBe(Exit.ok);
    expect(readFileSync(join(here, 'a'), 'utf8')).toBe('new');
    expect((await run('files', 'put', join(here, 'nothing'), ...at)).status).toBe(Exit.notFound);
    expect((await run('files', 'get', 'a', join(here, 'no/where'), ...at)).status).toBe(Exit.notFound);
    expect((await run('files', 'serve', join(here, 'nothing'))).status).toBe(Exit.notFound);
    await tool.interrupt();
  });

  test('is one of several: the error lists them', async () => {
    const first = await serving(folder());
    const second = new Tool(['files', 'serve', folder(), '--adapter', first.adapter, '--name', 'other']);
    await second.says(/^ready: serving .* under the name other as /);
    const { status, stderr } = await run('files', 'list', '--adapter', first.adapter);
    expect(status).toBe(Exit.notFound);
    expect(stderr).toMatch(
      /2 devices are file servers; give the address of the one you mean:\n.*files\n.*other/,
    );
    await Promise.all([first.tool.interrupt(), second.interrupt()]);
  });

  test('is nowhere: who is heard is told', async () => {
    const adapter = `virtual:files-${airs++}`;
    const { status, stderr } = await run('files', 'list', '--adapter', adapter, '--timeout', '100ms');
    expect(status).toBe(Exit.notFound);
    expect(stderr).toContain('a file server was not heard within 0.1 s');
  });
});

test('a lost link is made again as often as was said, and no oftener', { timeout: TEST_MS }, async () => {
  const air = createAir();
  await using forServer = await serve(air, 'tcp:127.0.0.1:0');
  await using forClient = await serve(air, 'tcp:127.0.0.1:0');
  const content = Uint8Array.from({ length: 60_000 }, (_, i) => (i * 7) & 0xff);
  const here = folder();
  const tool = new Tool(['files', 'serve', folder({ a: content }), '--adapter', forServer.address]);
  await tool.says(/^ready/);
  // A wall in the middle, which stays.
  let passed = 0;
  air.faults.data = ({ from, to, payload }) => {
    passed += payload.length;
    if (passed < 25_000) return undefined;
    air.faults.separate(from, to);
    return 'drop';
  };
  const address = `${forServer.controller.address}/public`;
  const get = await run(
    ...['files', 'get', 'a', here, '--peer', address, '--adapter', forClient.address],
    ...['--retries', '1', '--timeout', '1'],
  );
  expect(get.status).toBe(Exit.timeout);
  expect(get.stderr.match(/connecting again/g)).toHaveLength(1);
  expect(readdirSync(here)).toEqual([expect.stringMatching(/^\.jelling-.*\.part$/)]);
  await tool.interrupt();
});
