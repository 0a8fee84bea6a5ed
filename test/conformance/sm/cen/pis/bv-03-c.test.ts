import { expect } from 'vitest';
import { complete, joinPairing, pairingCase } from '../../../harness/legacy-cases.ts';
import { Auth, fieldsOf, pairingResponse, securityRequest } from '../../../harness/smp.ts';
import { PairingTester } from '../../../harness/smp-tester.ts';

pairingCase(
  'SM/CEN/PIS/BV-03-C',
  {
    file: 'src/smp/pairing/pairing.ts',
    from: "if (command.kind === 'securityRequest' && setup.role === 'initiator')",
    to: "if (command.kind === 'securityRequest' && setup.role === 'responder')",
  },
  async (bench, auth) => {
    const { smp, keyRequests } = bench.tester;
    bench.iut.security = {};
    // 1. The tester, which there is no bond with, asks for security.
    smp.send(securityRequest(auth));
    // 2. The implementation under test does not encrypt: it pairs.
    const tester = new PairingTester(bench);
    tester.request = await smp.expect('01 *');
    expect(keyRequests).toEqual([]);
    const over = joinPairing(bench, {});
    // 3. and 4. The tester asks again, and then answers.
    smp.send(securityRequest(auth));
    tester.response = pairingResponse({ auth: auth & Auth.bonding });
    smp.send(tester.response);
    // 5. Both complete the pairing, and nothing but its key has encrypted the link.
    await complete(bench, { tester, iut: fieldsOf(tester.request), over });
    expect(keyRequests.length).toBe(1);
  },
  [Auth.none, Auth.bonding, Auth.bonding | Auth.mitm, Auth.bonding | Auth.mitm | Auth.sc],
);
