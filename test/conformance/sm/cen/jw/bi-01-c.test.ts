import { centralCase } from '../../../harness/case.ts';
import { exchangeFeatures, expectMismatch } from '../../../harness/legacy-cases.ts';
import { Auth } from '../../../harness/smp.ts';

centralCase(
  'SM/CEN/JW/BI-01-C',
  { file: 'src/smp/pairing/legacy-initiator.ts', from: 'if (!isProven || ', to: 'if (' },
  async (bench) => {
    // 1. and 2. The upper tester pairs, and the tester can do nothing but bond.
    const pairing = await exchangeFeatures(bench, {}, { io: 'noInputNoOutput', auth: Auth.bonding });
    // 3. and 4. The tester's confirm value is wrong, which its random value shows: Confirm Value Failed.
    await expectMismatch(bench, pairing);
    // 5. The tester ends the link.
    bench.linkMayEnd = true;
    await bench.part();
  },
);
