import { expect } from 'vitest';
import { observe, payloadsOf } from '../../../harness/observing.ts';
import { anyController, privateCase } from '../../../harness/private.ts';

privateCase(
  'GAP/BROB/OBSV/BV-06-C',
  'central',
  {
    file: 'src/gap/privacy/peer-identities.ts',
    from: 'this.#resolvable.find(({ hash }) => isMadeWith(hash, address))',
    to: 'this.#resolvable.find(() => address.length === 0)',
  },
  async (bench) => {
    const { tester, testerPeer } = bench;
    // 1. The tester broadcasts under a private address that its key tells, and has a scan response for who asks.
    const [data, scanResponse] = ['02010404ff360201', '0409616263'];
    const address = tester.hide();
    tester.advertise({ kind: 'scannable', data, scanResponse });
    // 2. The upper tester scans actively for the tester alone. It is told both, by the identity of the tester.
    bench.sent('scanRequest');
    const heard = await observe(bench, { active: true, acceptOnly: [testerPeer], durationMs: 1_000 });
    expect(payloadsOf(heard)).toEqual([data, scanResponse]);
    // 3. The address of the moment was asked, from an address that is not the identity.
    const requests = bench.sent('scanRequest');
    expect(requests.length).toBeGreaterThan(0);
    for (const { from, to } of requests) {
      expect(to?.address).toBe(address);
      expect(from.address).not.toBe(bench.iut.address);
    }
  },
  anyController,
);
