import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bondFile } from 'jelling';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { toHex } from '../../../src/core/bytes.ts';
import { Exit } from '../../../tools/exit.ts';
import { identityOf, keyOf, legacyBond, localIdentity, otherLocal, secureBond } from '../../support/bonds.ts';
import { run } from './run-tool.ts';

const a = identityOf('00:00:5E:00:53:0A');
const b = identityOf('F0:00:5E:00:53:0B', 'random');

let folder = '';
const path = (name: string) => join(folder, name);
const store = () => bondFile(path('bonds.json'));
const bonds = (...args: readonly string[]) => run('bonds', ...args, '--file', path('bonds.json'));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jelling-tool-bonds-'));
  const file = await store();
  await file.save(localIdentity, legacyBond(a));
  await file.save(localIdentity, secureBond(b, 2));
  await file.save(otherLocal, secureBond(a, 3, { peerIrk: undefined }));
});
afterEach(() => rm(folder, { recursive: true }));

describe('list', () => {
  test('tells each identity and its peers, and no key', async () => {
    const { stdout, status } = await bonds('list');
    expect(status).toBe(Exit.ok);
    expect(stdout.split('\n').map((line) => line.trim())).toEqual([
      '00:00:5E:00:53:01',
      '00:00:5E:00:53:0A         unauthenticated, legacy pairing, key of 7 octets, resolvable',
      'F0:00:5E:00:53:0B/random  authenticated, Secure Connections, resolvable',
      'C0:00:5E:00:53:02/random',
      '00:00:5E:00:53:0A         authenticated, Secure Connections',
      '',
    ]);
    expect(stdout).not.toContain(toHex(keyOf(2)).slice(0, 8));
  });

  test('is an event for each bond, of one identity where that is asked for', async () => {
    const { events, stdout } = await bonds('list', '--json', '--local', 'c0:00:5e:00:53:02/random');
    expect(events).toEqual([
      {
        event: 'bond',
        local: otherLocal.address,
        localType: 'random',
        address: a.address,
        addressType: 'public',
        authenticated: true,
        secureConnections: true,
        keySize: 16,
        resolvable: false,
      },
    ]);
    expect(stdout).not.toContain(toHex(keyOf(3)).slice(0, 8));
  });

  test('of nothing says so', async () => {
    const { stdout, stderr, status } = await run('bonds', 'list', '--file', path('none.json'));
    expect([stdout, status]).toEqual(['', Exit.ok]);
    expect(stderr).toContain('there are no bonds');
  });

  test('of a damaged file says where it is kept', async () => {
    await writeFile(path('bonds.json'), 'nonsense');
    const { stderr, status } = await bonds('list');
    expect(status).toBe(Exit.failure);
    expect(stderr).toMatch(/bonds\.json is damaged .* it is kept as .*bonds\.json\.damaged-/);
  });
});

describe('remove', () => {
  test('forgets a peer for every identity, or for the one that is named', async () => {
    const one = await bonds('remove', a.address, '--local', localIdentity.address);
    expect(one.stdout).toBe('removed the bond of 00:00:5E:00:53:01 with 00:00:5E:00:53:0A\n');
    expect((await (await store()).load(localIdentity)).map(({ peer }) => peer)).toEqual([b]);
    expect(await (await store()).load(otherLocal)).toHaveLength(1);
    await (await store()).save(localIdentity, legacyBond(a));
    const { events, status } = await bonds('remove', a.address, '--json');
    expect(status).toBe(Exit.ok);
    expect(events.map(({ event, local }) => [event, local])).toEqual([
      ['removed', localIdentity.address],
      ['removed', otherLocal.address],
    ]);
  });

  test.each([
    [b.address, 'there is no bond with F0:00:5E:00:53:0B'],
    ['00:00:00:00:00:00', 'there is no bond with 00:00:00:00:00:00'],
  ])('%s is not there: status 3, and nothing is removed', async (peer, message) => {
    const { status, stderr } = await bonds('remove', peer);
    expect(status).toBe(Exit.notFound);
    expect(stderr).toContain(message);
    expect(await (await store()).load(localIdentity)).toHaveLength(2);
  });

  test('a name is no address', async () => {
    const { status, stderr } = await bonds('remove', 'kitchen');
    expect(status).toBe(Exit.usage);
    expect(stderr).toContain("'kitchen' is no address");
  });
});

describe('export and import', () => {
  test.each(['jelling', 'bluez'])('of all, as %s, and back', async (format) => {
    const out = await bonds('export', path('copy'), '--format', format, '--json');
    expect(out.status).toBe(Exit.ok);
    expect(out.events).toHaveLength(3);
    const into = ['--file', path('other.json')];
    const { events, status } = await run('bonds', 'import', path('copy'), '--json', ...into);
    expect(status).toBe(Exit.ok);
    expect(events.map(({ event }) => event)).toEqual(['imported', 'imported', 'imported']);
    const there = await (await bondFile(path('other.json'))).load(localIdentity);
    expect(there.map(({ peer }) => peer.address).sort()).toEqual([a.address, b.address].sort());
    expect(await (await bondFile(path('other.json'))).find(otherLocal, a)).toBeDefined();
  });

  test('of one identity, as aioble', async () => {
    const refused = await bonds('export', path('secrets.json'), '--format', 'aioble');
    expect(refused.stderr).toContain('holds the bonds of one identity, not of 2');
    const local = ['--local', localIdentity.address];
    expect((await bonds('export', path('secrets.json'), '--format', 'aioble', ...local)).status).toBe(
      Exit.ok,
    );
    const unnamed = await run('bonds', 'import', path('secrets.json'), '--file', path('other.json'));
    expect(unnamed.stderr).toContain('does not say whose bonds it holds');
    const args = ['import', path('secrets.json'), '--file', path('other.json'), ...local];
    expect((await run('bonds', ...args)).status).toBe(Exit.ok);
    expect(await (await bondFile(path('other.json'))).load(localIdentity)).toHaveLength(2);
  });

  test('what is there is left alone, unless it shall be replaced', async () => {
    await bonds('export', path('copy.json'));
    await (await store()).save(localIdentity, secureBond(a, 9));
    const kept = await bonds('import', path('copy.json'), '--json');
    expect(kept.events.map(({ event }) => event)).toEqual(['kept', 'kept', 'kept']);
    expect((await (await store()).find(localIdentity, a))?.secureConnections).toBe(true);
    const replaced = await bonds('import', path('copy.json'), '--json', '--replace');
    expect(replaced.events.map(({ event }) => event)).toEqual(['imported', 'imported', 'imported']);
    expect((await (await store()).find(localIdentity, a))?.secureConnections).toBe(false);
    const again = await bonds('export', path('copy.json'));
    expect(again.status).toBe(Exit.failure);
    expect(again.stderr).toContain('EEXIST');
  });

  test('what is no bond is told, and what is no file of bonds is an error', async () => {
    await writeFile(path('secrets.json'), '[[3,"AA==\\n","AA==\\n"]]');
    const none = await bonds('import', path('secrets.json'), '--local', localIdentity.address);
    expect(none.status).toBe(Exit.notFound);
    expect(none.stderr).toContain('passed over: [0]: nothing that a bond holds');
    await writeFile(path('noise'), '{}');
    const noise = await bonds('import', path('noise'));
    expect(noise.stderr).toContain('noise: version: a whole number');
    expect((await readdir(folder)).sort()).toEqual(['bonds.json', 'noise', 'secrets.json']);
  });
});
