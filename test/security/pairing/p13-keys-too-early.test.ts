import { expect, test } from 'vitest';
import { ManualClock } from '../../../src/core/manual-clock.ts';
import { pairingFailed } from '../../conformance/harness/smp.ts';
import { keyOf } from '../../support/bonds.ts';
import { PairingSide, setupOf } from '../../support/pairing-sides.ts';
import { SmpLink } from '../../support/smp-link.ts';
import { beginSecure, benchOf } from './bench.ts';

const identity = `08${'5a'.repeat(16)}`;

test.each(['before the public keys', 'before the checks', 'before the encryption'])(
  'P13: keys %s end the pairing',
  async (when) => {
    await using bench = await benchOf('peripheral');
    const { tester } = await beginSecure(bench);
    if (when !== 'before the public keys') {
      await tester.publicKeys();
      const nonces = await tester.comparison();
      if (when === 'before the encryption') await tester.checks(nonces);
    }
    tester.smp.send(identity);
    expect(await tester.smp.next()).toBe(pairingFailed(0x08));
    expect(bench.iut.bonds).toEqual([]);
    expect(bench.connection.security.bonded).toBe(false);
  },
);

test('P13: what is said on one link changes nothing on another', () => {
  const clock = new ManualClock();
  const links = [0, 1].map(() => ({
    link: new SmpLink({ policy: {}, clock }),
    peer: new PairingSide(setupOf('initiator', { secureConnections: 'required', give: 2, take: 2 })),
  }));
  for (const { peer } of links) peer.begin();
  for (let i = 0; i < 8; i++) {
    for (const { link, peer } of links) {
      for (const command of peer.sent.splice(0)) link.hear(command);
      for (const command of link.takeSaid()) peer.hear(command);
    }
  }
  const [one, other] = links;
  if (one === undefined || other === undefined) throw new Error('no links');
  expect(one.peer.key).not.toBe(other.peer.key);
  // The first is encrypted; keys that come on the second are early there.
  one.link.manager.keyRequested({ ediv: 0, rand: new Uint8Array(8) });
  one.link.manager.encryptionChanged(undefined);
  other.link.hear({ kind: 'identityInformation', identityResolvingKey: keyOf(1) });
  expect(other.link.takeFailures()).toEqual([8]);
  expect(one.link.manager.protection.encrypted).toBe(true);
  expect(other.link.manager.protection.encrypted).toBe(false);
});
