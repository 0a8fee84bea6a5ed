import { expect } from 'vitest';
import { centralCase } from '../../../harness/case.ts';
import { exchangeFeatures, expectNoReflection } from '../../../harness/legacy-cases.ts';
import { Auth } from '../../../harness/smp.ts';

centralCase(
  'SM/CEN/JW/BI-06-C',
  {
    file: 'src/smp/pairing/legacy-initiator.ts',
    from: 'if (equalSecrets(peerConfirm, state.ownConfirm)) return fail(PairingFailedReason.confirmValueFailed);',
    to: 'if (equalSecrets(peerConfirm, state.ownConfirm)) return fail(PairingFailedReason.unspecifiedReason);',
  },
  async (bench) => {
    // 1. and 2. The upper tester pairs without a bond and without protection, and the tester wants neither.
    const pairing = await exchangeFeatures(bench, { bond: false, mitm: false }, { io: 'noInputNoOutput' });
    expect(pairing.iut.auth & ~(Auth.sc | Auth.keypress)).toBe(0);
    // 3. to 5. The tester gives back the confirm value that it got, and the random value if it gets that: Confirm Value Failed.
    await expectNoReflection(bench, pairing);
  },
);
