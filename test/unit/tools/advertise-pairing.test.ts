import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { Exit } from '../../../tools/exit.ts';
import { run, Tool } from './run-tool.ts';

let airs = 0;

/** Somebody with a keyboard, who types when told to. */
const user = () => {
  const stdin = new Readable({ read: () => undefined });
  return { stdin, enter: (line: unknown) => stdin.push(`${String(line)}\n`) };
};

/** Both ends in two shells on one air, each with its user. */
const meet = async (advertised: readonly string[], paired: readonly string[]) => {
  const adapter = `virtual:guard-${airs++}`;
  const here = user();
  const there = user();
  const args = ['advertise', '--service', '180f', '--adapter', adapter, '--json', ...advertised];
  const advertiser = new Tool(args, {}, here.stdin);
  await advertiser.says(/"ready"/);
  const { address, addressType } = advertiser.events[0] ?? {};
  const peer = `${String(address)}/${String(addressType)}`;
  const pairer = new Tool(['pair', peer, '--adapter', adapter, '--json', ...paired], {}, there.stdin);
  return { adapter, peer, advertiser, pairer, here, there };
};

const eventOf = async (tool: Tool, event: string): Promise<Readonly<Record<string, unknown>>> => {
  await tool.says(new RegExp(`"event":"${event}"`));
  return tool.events.findLast((each) => each['event'] === event) ?? {};
};

const authenticated = {
  encrypted: true,
  authenticated: true,
  secureConnections: true,
  bonded: true,
  level: 4,
};

test.each([
  ['display', 'keyboard'],
  ['yes-no', 'keyboard'],
  ['display', 'keyboard-display'],
])('a passkey that advertise --io %s shows is entered at pair --io %s', async (own, other) => {
  const { advertiser, pairer, there } = await meet(
    ['--require', 'authenticated', '--io', own],
    ['--io', other],
  );
  const { passkey } = await eventOf(advertiser, 'passkey');
  await eventOf(pairer, 'enterPasskey');
  there.enter(passkey);
  expect(await pairer.exit).toBe(Exit.ok);
  expect(pairer.events.at(-1)).toMatchObject({ event: 'paired', ...authenticated });
  expect(await eventOf(advertiser, 'paired')).toMatchObject(authenticated);
  await advertiser.interrupt();
});

test.each([
  ['keyboard', 'display'],
  ['keyboard', 'keyboard-display'],
])('a passkey is entered at advertise --io %s that pair --io %s shows', async (own, other) => {
  const { advertiser, pairer, here } = await meet(
    ['--require', 'secure-connections', '--io', own],
    ['--io', other],
  );
  const { passkey } = await eventOf(pairer, 'passkey');
  await eventOf(advertiser, 'enterPasskey');
  here.enter(passkey);
  expect(await pairer.exit).toBe(Exit.ok);
  expect(await eventOf(advertiser, 'paired')).toMatchObject(authenticated);
  await advertiser.interrupt();
});

test.each([
  ['y', 'y', Exit.ok],
  ['y', 'n', Exit.refused],
  ['n', 'y', Exit.refused],
])('numbers are compared on both sides: %s and %s', async (own, other, expected) => {
  const { advertiser, pairer, here, there } = await meet(['--io', 'yes-no'], ['--io', 'yes-no']);
  const [one, two] = [await eventOf(advertiser, 'compareNumbers'), await eventOf(pairer, 'compareNumbers')];
  expect(one['number']).toBe(two['number']);
  // What is neither yes nor no is asked once more.
  here.enter('perhaps');
  here.enter(own);
  there.enter(other);
  expect(await pairer.exit).toBe(expected);
  const outcome = await eventOf(advertiser, expected === Exit.ok ? 'paired' : 'securityFailed');
  if (expected === Exit.ok) expect(outcome).toMatchObject(authenticated);
  else {
    expect(outcome).toMatchObject({ code: 'BLE_SMP' });
    expect(outcome['message']).toContain('Numeric Comparison Failed');
  }
  await advertiser.interrupt();
});

test('what is required guards what is served, in reading, writing and subscribing', async () => {
  const { adapter, peer, advertiser, pairer } = await meet(
    ['--require', 'encrypted', '--characteristic', '180f/2a19,read,write,notify=u8:100'],
    ['--io', 'none'],
  );
  expect(advertiser.events[0]).toMatchObject({ require: 'encrypted', io: 'none' });
  expect(await pairer.exit).toBe(Exit.ok);
  expect(await eventOf(advertiser, 'paired')).toMatchObject({ authenticated: false, encrypted: true });
  // The next host on that controller has the address of the one that has paired, and not its keys.
  for (const command of ['read', 'subscribe']) {
    const { status, stderr } = await run(command, peer, '2a19', '--adapter', adapter);
    expect(status).toBe(Exit.refused);
    expect(stderr).toContain('Insufficient Encryption');
  }
  const { status } = await run('write', peer, '2a19', '--hex', '07', '--adapter', adapter);
  expect(status).toBe(Exit.refused);
  await advertiser.interrupt();
});

test('nobody pairs where neither --require nor --io is given', async () => {
  const { advertiser, pairer } = await meet([], []);
  expect(await pairer.exit).toBe(Exit.refused);
  expect(pairer.stderr).toContain('the peer ended it with Pairing Not Supported');
  expect(await eventOf(advertiser, 'securityFailed')).toMatchObject({ code: 'BLE_SMP' });
  await advertiser.interrupt();
});

test('a peer with which nobody can vouch for anything is refused where that is required', async () => {
  const { advertiser, pairer } = await meet(['--require', 'authenticated'], ['--io', 'none']);
  expect(advertiser.events[0]).toMatchObject({ io: 'display' });
  expect(await pairer.exit).toBe(Exit.refused);
  expect(pairer.stderr).toContain('Authentication Requirements');
  await advertiser.interrupt();
});

test('what cannot be had is said before anything is done', async () => {
  const { status, stderr } = await run('advertise', '--require', 'authenticated', '--io', 'none');
  expect(status).toBe(Exit.usage);
  expect(stderr).toContain(
    '--require authenticated needs somebody here to vouch for the peer: give --io display',
  );
});
