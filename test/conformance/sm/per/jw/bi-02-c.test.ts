import { peripheralCase } from '../../../harness/case.ts';
import { exchangeFeatures, expectMismatch } from '../../../harness/legacy-cases.ts';
import { Auth } from '../../../harness/smp.ts';

peripheralCase(
  'SM/PER/JW/BI-02-C',
  { file: 'src/smp/pairing/legacy-responder.ts', from: 'if (!isProven || ', to: 'if (' },
  async (bench) => {
    // 1. and 2. The tester pairs as one that can do nothing but bond, and is answered.
    const pairing = await exchangeFeatures(bench, {}, { io: 'noInputNoOutput', auth: Auth.bonding });
    // 3. and 4. The tester's confirm value is wrong, which its random value shows: Confirm Value Failed, and no random value in return.
    await expectMismatch(bench, pairing);
  },
);
