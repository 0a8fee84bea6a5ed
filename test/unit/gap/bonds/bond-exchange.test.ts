import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { InvalidArgumentError, InvalidStateError } from '../../../../src/core/errors.ts';
import { type BondFormat, exportBonds, importBonds } from '../../../../src/gap/bonds/bond-exchange-file.ts';
import { checkedBond } from '../../../../src/smp/bond-check.ts';
import {
  identityOf,
  keyOf,
  legacyBond,
  localIdentity,
  otherLocal,
  secureBond,
} from '../../../support/bonds.ts';

const a = identityOf('00:00:5E:00:53:0A');
const b = identityOf('F0:00:5E:00:53:0B', 'random');

let folder = '';
const path = (...names: string[]) => join(folder, ...names);
const put = async (text: string, ...names: string[]): Promise<void> => {
  await mkdir(dirname(path(...names)), { recursive: true });
  await writeFile(path(...names), text);
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jelling-exchange-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** What all formats can say. */
const plain = { centralAddressResolution: undefined, client: undefined };
const bonds = [
  checkedBond({ ...legacyBond(a), ...plain, peerSigningKey: undefined, localSigningKey: undefined }),
  checkedBond(secureBond(b, 2)),
];

describe.each<[BondFormat, string]>([
  ['jelling', 'bonds.json'],
  ['aioble', 'ble_secrets.json'],
  ['bluez', 'bluetooth'],
])('in the form of %s', (format, name) => {
  test('bonds come back as they went, for their owner alone', async () => {
    await exportBonds(path(name), format, [{ local: localIdentity, bonds, irk: keyOf(1) }]);
    const imported = await importBonds(path(name), { local: localIdentity });
    expect(imported).toMatchObject({ format, skipped: [] });
    expect(imported.identities).toHaveLength(1);
    expect(imported.identities[0]?.local).toEqual(localIdentity);
    const order = (one: { readonly peer: { readonly address: string } }) => one.peer.address;
    expect(imported.identities[0]?.bonds.toSorted((x, y) => order(x).localeCompare(order(y)))).toEqual(bonds);
    if (format !== 'jelling') expect([...(imported.identities[0]?.irk ?? [])]).toEqual([...keyOf(1)]);
    const file = format === 'bluez' ? path(name, localIdentity.address, a.address, 'info') : path(name);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test('nothing that is there is written over', async () => {
    const one = [{ local: localIdentity, bonds }];
    await exportBonds(path(name), format, one);
    await expect(exportBonds(path(name), format, one)).rejects.toThrow(InvalidStateError);
    await expect(exportBonds(path(name), format, one)).rejects.toThrow(/cannot write bonds to .*EEXIST/);
  });
});

describe('the folder of BlueZ', () => {
  const info = (key: string) =>
    `[General]\nAddressType=static\n[PeripheralLongTermKey]\nKey=${key}\nAuthenticated=3\nEncSize=16\nEDiv=0\nRand=0\n`;

  beforeEach(async () => {
    await put(info('1'.repeat(32)), '00:00:5E:00:53:01', b.address, 'info');
    await put(
      '[General]\nIdentityResolvingKey=000102030405060708090a0b0c0d0e0f\n',
      '00:00:5E:00:53:01',
      'identity',
    );
    await put('[General]\n[LinkKey]\nKey=00\n', '00:00:5E:00:53:01', '00:00:5E:00:53:99', 'info');
    await put('cached', '00:00:5E:00:53:01', 'cache', b.address);
    await put('[General]\n', '00:00:5E:00:53:01', 'settings');
    await put(info('2'.repeat(32)), 'static-C0:00:5E:00:53:02', b.address, 'info');
    await put('', 'static-C0:00:5E:00:53:02', '00:00:5E:00:53:98', 'attributes');
    await put('', 'mesh', 'node');
  });

  test('gives every adapter, and says what it passes over', async () => {
    const { identities, skipped } = await importBonds(folder);
    expect(identities.map(({ local }) => local)).toEqual([localIdentity, otherLocal]);
    expect(
      identities.map((one) => one.bonds.map(({ peer, authenticated }) => ({ peer, authenticated }))),
    ).toEqual([[{ peer: b, authenticated: true }], [{ peer: b, authenticated: true }]]);
    expect(identities.map(({ irk }) => irk?.[0])).toEqual([0x0f, undefined]);
    expect(skipped).toEqual([
      `${path('00:00:5E:00:53:01', '00:00:5E:00:53:99', 'info')}: it has no key of LE`,
    ]);
  });

  test('gives one adapter, by its identity or by its own folder', async () => {
    const byIdentity = await importBonds(folder, { local: otherLocal });
    const byFolder = await importBonds(path('static-C0:00:5E:00:53:02'));
    expect(byIdentity).toEqual(byFolder);
    expect(byFolder.identities.map(({ local }) => local)).toEqual([otherLocal]);
  });

  test('an identity that is none is an error that names the file', async () => {
    await put('[General]\nIdentityResolvingKey=00\n', '00:00:5E:00:53:01', 'identity');
    await expect(importBonds(folder)).rejects.toThrow(/53:01\/identity: IdentityResolvingKey is 32/);
  });
});

describe('what cannot be read', () => {
  test('a file of aioble does not say whose bonds it holds', async () => {
    await put('[]', 'ble_secrets.json');
    await expect(importBonds(path('ble_secrets.json'))).rejects.toThrow(InvalidArgumentError);
    expect(await importBonds(path('ble_secrets.json'), { local: localIdentity })).toMatchObject({
      format: 'aioble',
    });
  });

  test('and holds those of one identity', async () => {
    const two = [localIdentity, otherLocal].map((local) => ({ local, bonds }));
    await expect(exportBonds(path('x'), 'aioble', two)).rejects.toThrow(InvalidArgumentError);
  });

  test('what is not there, or none of the formats, is an error that names it and leaves it alone', async () => {
    await expect(importBonds(path('none'))).rejects.toThrow(InvalidStateError);
    await put('{"version":1}', 'bonds.json');
    await expect(importBonds(path('bonds.json'))).rejects.toThrow(/bonds\.json: identities: a list expected/);
    expect(await readFile(path('bonds.json'), 'utf8')).toBe('{"version":1}');
    await expect(importBonds(path('bonds.json'), { format: 'aioble', local: localIdentity })).rejects.toThrow(
      'a list expected',
    );
  });
});
