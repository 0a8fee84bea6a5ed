import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type Adapter, bondFile, open, type PairingUi, type SecurityPolicy } from 'jelling';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Exit } from '../../../tools/exit.ts';
import { run, Tool } from './run-tool.ts';

let airs = 0;
let adapter = '';
let folder = '';
let peer: Adapter;

const file = () => join(folder, 'bonds.json');
const args = (...more: readonly string[]) => [
  'pair',
  `${peer.address}/${peer.addressType}`,
  '--adapter',
  adapter,
  '--file',
  file(),
  '--json',
  ...more,
];

/** Standard input of somebody who answers when they are told to. */
const user = () => {
  const stdin = new Readable({ read: () => undefined });
  return { stdin, say: (line: string) => stdin.push(`${line}\n`) };
};

/** A peripheral that advertises until the test is over. */
const meet = (security: SecurityPolicy): void => {
  peer.security = security;
  const serving = (async () => {
    for await (const connection of peer.advertising({ intervalMs: 20 })) await connection.disconnected();
  })();
  serving.catch(() => undefined);
};

beforeEach(async () => {
  adapter = `virtual:pair-${airs++}`;
  folder = await mkdtemp(join(tmpdir(), 'jelling-pair-'));
  peer = await open(adapter);
});
afterEach(async () => {
  await peer.close();
  await rm(folder, { recursive: true });
});

describe('pairing', () => {
  test('with a peer that has neither keys nor a display keeps a bond, and tells that nobody vouched for it', async () => {
    meet({});
    const { events, status } = await run(...args());
    expect(status).toBe(Exit.ok);
    expect(events.at(-1)).toMatchObject({
      event: 'paired',
      address: peer.address,
      encrypted: true,
      authenticated: false,
      bonded: true,
      secureConnections: true,
      level: 2,
    });
    const [one] = await (await bondFile(file())).all();
    expect(one?.bonds.map((bond) => bond.peer.address)).toEqual([peer.address]);
    // The second time the bond is used.
    const again = await run(...args());
    expect(again.events.at(-1)).toMatchObject({ event: 'encrypted', encrypted: true, bonded: true });
  });

  test('fails with --mitm, and keeps nothing', async () => {
    meet({});
    const { status, stderr } = await run(...args('--mitm'));
    expect(status).toBe(Exit.refused);
    expect(stderr).toContain('Authentication Requirements');
    expect(await (await bondFile(file())).all()).toEqual([]);
  });

  test('keeps nothing with --no-bond', async () => {
    meet({});
    const { events } = await run(...args('--no-bond', '--secure-connections', 'never'));
    expect(events.at(-1)).toMatchObject({ encrypted: true, bonded: false, secureConnections: false });
    expect(await (await bondFile(file())).all()).toEqual([]);
  });
});

describe('with a user', () => {
  test.each([
    ['yes', Exit.ok],
    ['n', Exit.refused],
  ])('numbers are compared, and the answer is %s', async (answer, expected) => {
    meet({ ui: { compareNumbers: () => true } });
    const { stdin, say } = user();
    const tool = new Tool(args(), {}, stdin);
    await tool.says(/"compareNumbers"/);
    expect(tool.events.at(-1)?.['number']).toMatch(/^\d{6}$/);
    say(answer);
    expect(await tool.exit).toBe(expected);
    if (expected === Exit.ok) expect(tool.events.at(-1)).toMatchObject({ authenticated: true, level: 4 });
  });

  /** A peer that shows, and whoever reads it. */
  const display = () => {
    let read = (_digits: string): void => undefined;
    const shown = new Promise<string>((resolve) => {
      read = resolve;
    });
    const ui: PairingUi = { showPasskey: (digits) => read(digits) };
    return { ui, shown };
  };

  test('the digits that the peer shows are entered here', async () => {
    const { ui, shown } = display();
    meet({ ui });
    const { stdin, say } = user();
    const tool = new Tool(args(), {}, stdin);
    await tool.says(/"enterPasskey"/);
    say(await shown);
    expect(await tool.exit).toBe(Exit.ok);
    expect(tool.events.at(-1)).toMatchObject({ authenticated: true });
  });

  test('the digits that are shown here are entered on the peer', async () => {
    let enter = (_digits: string): void => undefined;
    const entered = new Promise<string>((resolve) => {
      enter = resolve;
    });
    meet({ ui: { enterPasskey: () => entered } });
    const tool = new Tool(args());
    await tool.says(/"passkey"/);
    enter(String(tool.events.at(-1)?.['passkey']));
    expect(await tool.exit).toBe(Exit.ok);
  });

  test('a bond that is not as good as what is asked for is replaced, and one that is stays', async () => {
    meet({});
    await run(...args());
    peer.security = { ui: { compareNumbers: () => true } };
    const { stdin, say } = user();
    const tool = new Tool(args('--mitm'), {}, stdin);
    await tool.says(/"compareNumbers"/);
    say('yes');
    expect(await tool.exit).toBe(Exit.ok);
    expect(tool.events.at(-1)).toMatchObject({ event: 'paired', authenticated: true });
    const { events } = await run(...args('--mitm'));
    expect(events.at(-1)).toMatchObject({ event: 'encrypted', authenticated: true });
  });

  test('nobody to answer is no', async () => {
    meet({ ui: { compareNumbers: () => true } });
    const { status } = await run(...args());
    expect(status).toBe(Exit.refused);
  });
});

test('what is no passkey is said before anything is done', async () => {
  const { status, stderr } = await run(...args('--passkey', '12'));
  expect(status).toBe(Exit.usage);
  expect(stderr).toContain("'12' is no passkey");
});
