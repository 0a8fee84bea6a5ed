import { once } from 'node:events';
import { connect } from 'node:net';
import { createAir, serve } from 'jelling/virtual';
import { describe, expect, test } from 'vitest';
import { commands } from '../../../tools/commands.ts';
import { Exit } from '../../../tools/exit.ts';
import { run, Tool } from './run-tool.ts';

// Each test has an air of its own: controllers of two names never hear each other.
let airs = 0;
const newAir = (): string => `virtual:tools-${airs++}`;

/** An advertiser, and how the commands beside it reach it without looking for its name first. */
const advertise = async (adapter: string, ...args: readonly string[]) => {
  const tool = new Tool(['advertise', '--adapter', adapter, '--json', ...args]);
  await tool.says(/"ready"/);
  const address = `${tool.events[0]?.['address']}/${tool.events[0]?.['addressType']}`;
  return { tool, address };
};

describe('help', () => {
  test('lists every command', async () => {
    const { status, stdout } = await run('--help');
    expect(status).toBe(Exit.ok);
    for (const name of Object.keys(commands)) expect(stdout).toContain(`  ${name} `);
  });

  test.each(Object.keys(commands))('of %s fits 80 columns and has an example', async (name) => {
    const { status, stdout } = await run(name, '--help');
    expect(status).toBe(Exit.ok);
    expect(stdout).toContain(`Usage: jelling ${name}`);
    expect(stdout).toContain('Examples\n  jelling ');
    expect((await run('help', name)).stdout).toBe(stdout);
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  });
});

describe('a command line that cannot be read ends with status 2 and says what is wrong', () => {
  test.each([
    [[], 'what shall it do?'],
    [['scna'], "there is no command 'scna': is it scan?"],
    [['--json', 'scan'], 'the command comes first, its options behind it: jelling scan --json'],
    [['constructor'], "there is no command 'constructor'"],
    [['scan', '--adapter', 'foo'], "'foo' is no kind of adapter"],
    [['scan', '--service', 'zz'], "--service: 'zz' is not a UUID"],
    [['scan', '--timeout', '0'], "--timeout: '0' is no duration"],
    [['read', 'X'], 'CHARACTERISTIC is missing'],
    [['read', 'X', '@0'], "'@0' is no handle"],
    [['write', 'X', '2a19'], 'what to write is missing'],
    [['advertise', '--characteristic', '2a19', '--adapter', 'virtual'], 'say which service 2a19 belongs to'],
    [['advertise', '--adapter', 'virtual', '--name', 'x'.repeat(60)], 'do not fit'],
    [['virtual'], 'where to listen is missing'],
    [['virtual', '--listen', 'udp:1'], "'udp:1' is no place to listen at"],
  ])('%j', async (args, message) => {
    const { status, stdout, stderr } = await run(...args);
    expect(stderr).toMatch(/^error: /);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^ +at /m);
    // With --json the error is an event too.
    if (!args.includes('--json')) expect(stdout).toBe('');
    expect(status).toBe(Exit.usage);
  });
});

test('an error is the last event of --json, and is told to people on standard error', async () => {
  const { events, stderr, status } = await run('scan', '--adapter', 'tcp:127.0.0.1:1', '--json');
  expect(status).toBe(Exit.adapter);
  expect(events).toEqual([
    { event: 'error', code: 'BLE_TRANSPORT', exit: Exit.adapter, message: expect.stringContaining('nobody') },
  ]);
  expect(stderr).toContain('error: cannot connect to tcp:127.0.0.1:1');
});

test('--verbose shows where an error came from', async () => {
  const { stderr } = await run('scan', '--adapter', 'tcp:127.0.0.1:1', '--verbose');
  expect(stderr).toMatch(/^ +at /m);
});

describe('a peripheral and those who look at it', () => {
  test('scan finds it, once, and ends after as many as were asked for', async () => {
    const adapter = newAir();
    const { tool } = await advertise(
      adapter,
      '--name',
      'X',
      '--service',
      '180f',
      '--manufacturer',
      '0xffff:01',
    );
    const { events, status } = await run('scan', '--adapter', adapter, '--json', '--count', '1');
    expect(status).toBe(Exit.ok);
    expect(events.map(({ event }) => event)).toEqual(['ready', 'device', 'end']);
    expect(events[1]).toMatchObject({
      name: 'X',
      services: ['180f'],
      connectable: true,
      manufacturer: [{ companyId: 0xffff, data: '01' }],
    });
    expect(await tool.interrupt()).toBe(Exit.interrupted);
  });

  test('scan ends with status 3 when what was asked for is not there', async () => {
    const { status, stdout } = await run('scan', '--adapter', newAir(), '--name', 'X', '--duration', '50ms');
    expect(status).toBe(Exit.notFound);
    expect(stdout).toMatch(/^ADDRESS +TYPE +dBm +NAME +SERVICES\n$/);
  });

  test('inspect prints its tree', async () => {
    const adapter = newAir();
    const { tool, address } = await advertise(
      adapter,
      '--name',
      'X',
      '--service',
      '181a',
      '--characteristic',
      'ff10/ff11,read,write=text:hello',
    );
    const text = await run('inspect', address, '--adapter', adapter);
    expect(text.status).toBe(Exit.ok);
    expect(text.stdout).toContain(
      '├─ 181a Environmental Sensing\n│  └─ 2a6e Temperature  read notify indicate',
    );
    expect(text.stdout).toContain('= 21.50 °C  66 08');
    expect(text.stdout).toContain('└─ ff10\n   └─ ff11  read write');
    const { events } = await run('inspect', address, '--adapter', adapter, '--json', '--no-values');
    expect(events.map(({ event }) => event)).toEqual(['connected', ...Array(4).fill('service')]);
    expect(events.at(-1)).toMatchObject({
      uuid: 'ff10',
      characteristics: [{ uuid: 'ff11', descriptors: [] }],
    });
    expect(JSON.stringify(events)).not.toContain('"hex"');
    await tool.interrupt();
  });

  test('read, write and read again', async () => {
    const adapter = newAir();
    const { tool, address } = await advertise(adapter, '--characteristic', 'ff10/ff11,read,write=u8:7');
    const at = ['--adapter', adapter];
    expect((await run('read', address, 'ff11', ...at)).stdout).toBe('07\n');
    const written = await run('write', address, 'ff10/ff11', '--text', 'new', ...at);
    expect([written.status, written.stdout]).toEqual([Exit.ok, 'wrote 6e 65 77 to ff11\n']);
    const { events } = await run('read', address, 'ff11', '--json', ...at);
    expect(events.at(-1)).toMatchObject({ event: 'value', hex: '6e6577', text: 'new', uuid: 'ff11' });
    expect(tool.events).toContainEqual(expect.objectContaining({ event: 'written', hex: '6e6577' }));

    const missing = await run('read', address, '2a19', ...at);
    expect(missing.status).toBe(Exit.notFound);
    expect(missing.stderr).toMatch(/has no characteristic '2a19'; it has:[\s\S]*ff10\/ff11/);
    await tool.interrupt();
  });

  test('subscribe prints what it sends and ends after as many as were asked for', async () => {
    const adapter = newAir();
    const { tool, address } = await advertise(adapter, '--service', '180f', '--every', '10ms');
    const { events, status } = await run(
      ...['subscribe', address, 'Battery Level', '--count', '2', '--json', '--adapter', adapter],
    );
    expect(status).toBe(Exit.ok);
    expect(events.map(({ event }) => event)).toEqual(['connected', 'ready', 'value', 'value']);
    expect(events.at(-1)).toMatchObject({ hex: '64', value: 100, unit: '%' });
    await tool.says(/"disconnected"/);
    expect(tool.events.map(({ event }) => event)).toEqual([
      'ready',
      'connected',
      'subscribed',
      'disconnected',
    ]);
    await tool.interrupt();
  });

  test('subscribe ends with status 4 when nothing comes for as long as was said', async () => {
    const adapter = newAir();
    const { tool, address } = await advertise(adapter, '--service', '180f');
    const { status, stderr } = await run(
      ...['subscribe', address, '2a19', '--timeout', '300ms', '--adapter', adapter],
    );
    expect(stderr).toContain('waiting for a notification');
    expect(status).toBe(Exit.timeout);
    await tool.interrupt();
  });

  test('subscribe ends with status 6 when the peer goes', async () => {
    const adapter = newAir();
    const { tool, address } = await advertise(adapter, '--service', '180f');
    const listener = new Tool(['subscribe', address, '2a19', '--json', '--adapter', adapter]);
    await listener.says(/"ready"/);
    await tool.interrupt();
    expect(await listener.exit).toBe(Exit.disconnected);
  });

  test('two of one name are an error that lists both', async () => {
    const adapter = newAir();
    const one = await advertise(adapter, '--name', 'X');
    const two = await advertise(adapter, '--name', 'X');
    const { status, stderr } = await run('inspect', 'X', '--adapter', adapter);
    expect(status).toBe(Exit.notFound);
    expect(stderr).toContain("2 devices are 'X'");
    for (const { address } of [one, two]) expect(stderr).toContain(address);
    await Promise.all([one.tool.interrupt(), two.tool.interrupt()]);
  });

  test('who is not there is not found, and the error says who is', async () => {
    const adapter = newAir();
    const { tool } = await advertise(adapter, '--name', 'X');
    const { status, stderr } = await run('inspect', 'Y', '--timeout', '200ms', '--adapter', adapter);
    expect(status).toBe(Exit.notFound);
    expect(stderr).toMatch(/'Y' was not heard within 0.2 s; heard were:\n.*X/);
    await tool.interrupt();
  });

  test('advertise --once ends when the central has gone, --timeout when none comes', async () => {
    const adapter = newAir();
    const { tool, address } = await advertise(adapter, '--service', '180f', '--once');
    await run('read', address, '2a19', '--adapter', adapter);
    expect(await tool.exit).toBe(Exit.ok);
    expect((await run('advertise', '--name', 'X', '--timeout', '50ms', '--adapter', adapter)).status).toBe(
      Exit.timeout,
    );
  });
});

test('advertise is not ready before the controller is', async () => {
  await using server = await serve(createAir(), 'tcp:127.0.0.1:0', { profile: '4.0' });
  // LE Set Advertising Enable becomes one that no controller takes.
  server.controller.faults.fromHost = (packet) =>
    packet[1] === 0x0a && packet[2] === 0x20
      ? { replaceWith: Uint8Array.of(0x01, 0x0a, 0x20, 0x01, 0x02) }
      : undefined;
  const { status, stdout, stderr } = await run('advertise', '--name', 'X', '--adapter', server.address);
  expect(status).toBe(Exit.refused);
  expect(stdout).not.toContain('ready');
  expect(stderr).toMatch(/^error: .*Invalid HCI Command Parameters/m);
});

test('an adapter that is named is opened and described', async () => {
  const { status, stdout } = await run('adapters', '--adapter', newAir());
  expect(status).toBe(Exit.ok);
  expect(stdout).toMatch(/^adapter +virtual:tools-\d+\naddress .*\nversion +Bluetooth \d/);
});

test('the adapters of this machine are listed, each with what is wrong about it', async () => {
  const { status, events } = await run('adapters', '--json');
  expect(events.every(({ event }) => event === 'adapter' || event === 'unavailable')).toBe(true);
  expect(status).toBe(events.some(({ usable }) => usable === true) ? Exit.ok : Exit.notFound);
});

test('the demonstration tells its story in order', async () => {
  const { status, events } = await run('demo', '--json', '--readings', '3', '--period', '30ms');
  expect(status).toBe(Exit.ok);
  const story = events.map(({ event }) => event).filter((event) => event !== 'gone');
  expect(story).toEqual([
    ...[
      'ready',
      'heard',
      'connected',
      'explored',
      'read',
      'reading',
      'reading',
      'reading',
      'left',
      'summary',
    ],
  ]);
  expect(events.at(-1)).toMatchObject({ received: 3 });
});

test('the demonstration can be left at any time', async () => {
  const tool = new Tool(['demo', '--readings', '1000', '--json']);
  await tool.says(/"reading"/);
  expect(await tool.interrupt()).toBe(Exit.interrupted);
  expect(tool.stderr).toBe('');
});

test('virtual serves until it is told to end', async () => {
  const tool = new Tool(['virtual', '--listen', 'tcp:127.0.0.1:0', '--json']);
  await tool.says(/"ready"/);
  const [{ adapters } = {}] = tool.events;
  const [adapter = ''] = Array.isArray(adapters) ? adapters : [];
  expect((await run('adapters', '--adapter', String(adapter))).status).toBe(Exit.ok);
  const taken = await run('virtual', '--listen', String(adapter));
  expect(taken.status).toBe(Exit.adapter);
  expect(await tool.interrupt()).toBe(Exit.interrupted);
});

test('virtual serves dongles, and says how they are attached', async () => {
  const tool = new Tool(['virtual', '--listen', 'usbip:0']);
  await tool.says(/ready: serving usbip:\d+,1-1\n/);
  const [, port] = /usbip:(\d+)/.exec(tool.stdout) ?? [];
  expect(tool.stderr).toContain(`usbip --tcp-port ${port} attach -r 127.0.0.1 -b 1-1\n`);
  expect(await tool.interrupt()).toBe(Exit.interrupted);
});

test('virtual tells at its end what a host did against the specification', async () => {
  const tool = new Tool(['virtual', '--listen', 'tcp:127.0.0.1:0', '--json']);
  await tool.says(/"ready"/);
  const [, port = ''] = /127\.0\.0\.1:(\d+)/.exec(tool.stdout) ?? [];
  const host = connect(Number(port), '127.0.0.1');
  // Opcode 0xffff, which no controller knows; it answers each time, in seven octets.
  const times = 101;
  for (let i = 0, left = 0; i < times; i++) {
    host.write(Uint8Array.of(0x01, 0xff, 0xff, 0x00));
    for (left += 7; left > 0; ) left -= (await once(host, 'data'))[0].length;
  }
  host.destroy();
  await tool.interrupt();
  const told = tool.events.filter(({ event }) => event === 'violation');
  expect(told).toHaveLength(100);
  expect(told[0]).toMatchObject({ name: 'unknownCommand' });
  expect(tool.events.at(-1)).toMatchObject({ event: 'moreViolations', count: 1 });
});
