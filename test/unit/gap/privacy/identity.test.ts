import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseAddress } from '../../../../src/core/address.ts';
import { InvalidStateError } from '../../../../src/core/errors.ts';
import { secretCopy } from '../../../../src/core/secret-bytes.ts';
import { FileIdentityStore } from '../../../../src/gap/privacy/identity-file.ts';
import { keyOf } from '../../../support/bonds.ts';

describe('the identity file', () => {
  let folder = '';
  const path = () => join(folder, 'deep', 'identities.json');
  const identity = { staticAddress: parseAddress('C6:05:04:03:02:01'), irk: secretCopy(keyOf(3)) };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'jelling-identity-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('keeps one identity for each adapter, for its owner alone', async () => {
    const store = new FileIdentityStore(path());
    expect(await store.load('usb')).toBeUndefined();
    await store.save('usb', identity);
    await store.save('serial', { staticAddress: parseAddress('F0:00:00:00:00:01') });
    expect(await new FileIdentityStore(path()).load('usb')).toEqual(identity);
    expect((await stat(path())).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(path(), 'utf8'))).toHaveProperty('serial');
  });

  test('one that was kept before there were IRKs is read', async () => {
    await writeFile(join(folder, 'identities.json'), '{"usb":{"staticAddress":"C6:05:04:03:02:01"}}');
    const store = new FileIdentityStore(join(folder, 'identities.json'));
    expect(await store.load('usb')).toEqual({ staticAddress: identity.staticAddress, irk: undefined });
  });

  test('loses none of those that are saved at the same time, and leaves nothing else behind', async () => {
    const names = Array.from({ length: 8 }, (_, i) => `serial:${i}`);
    await Promise.all(names.map((name) => new FileIdentityStore(path()).save(name, identity)));
    expect(Object.keys(JSON.parse(await readFile(path(), 'utf8'))).sort()).toEqual(names);
    expect(await readdir(join(folder, 'deep'))).toEqual(['identities.json']);
  });

  test.each([
    '{',
    '[]',
    '{"usb":{}}',
    '{"usb":{"staticAddress":"nonsense"}}',
    '{"usb":{"staticAddress":"01:02:03:04:05:06"}}',
    '{"usb":{"staticAddress":"C6:05:04:03:02:01","irk":"0011"}}',
  ])('a damaged file %s is an error that names it, and is left as it is', async (text) => {
    const damaged = join(folder, 'identities.json');
    await writeFile(damaged, text);
    const store = new FileIdentityStore(damaged);
    await expect(store.load('usb')).rejects.toThrow(InvalidStateError);
    await expect(store.save('usb', identity)).rejects.toThrow(/identities\.json is damaged/);
    expect(await readFile(damaged, 'utf8')).toBe(text);
  });
});
