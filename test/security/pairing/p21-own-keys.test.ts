import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Log } from '../../../src/core/log.ts';
import { FileIdentityStore } from '../../../src/gap/privacy/identity-file.ts';
import { chooseIdentity } from '../../../src/gap/privacy/local-identity.ts';
import type { HciController } from '../../../src/hci/hci-controller.ts';

/** One controller: what differs comes from the installation. */
const hci: Pick<HciController, 'info' | 'readStaticAddress'> = {
  info: { publicAddress: undefined } as HciController['info'],
  readStaticAddress: () => Promise.resolve(undefined),
};

test('P21 two installations have neither the IRK nor the address in common, and each keeps its own', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'jelling-p21-'));
  const path = (installation: number) => join(folder, String(installation), 'identities.json');
  const start = (installation: number) =>
    chooseIdentity(hci, {
      store: new FileIdentityStore(path(installation)),
      adapter: 'usb',
      name: undefined,
      hides: true,
      log: new Log(),
    });
  try {
    const [one, other, again] = [await start(1), await start(2), await start(1)];
    expect([...one.irk]).not.toEqual([...other.irk]);
    expect(one.address).not.toEqual(other.address);
    expect([...again.irk]).toEqual([...one.irk]);
    expect(again.address).toEqual(one.address);
    expect(new Set(one.irk).size).toBeGreaterThan(4);
    expect((await stat(path(1))).mode & 0o777).toBe(0o600);
    // Somebody who begins anew is somebody else.
    const before = await readFile(path(1), 'utf8');
    await rm(path(1));
    expect([...(await start(1)).irk]).not.toEqual([...one.irk]);
    expect(await readFile(path(1), 'utf8')).not.toBe(before);
  } finally {
    await rm(folder, { recursive: true });
  }
});
