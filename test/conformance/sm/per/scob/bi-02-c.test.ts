import { peripheralCase } from '../../../harness/case.ts';
import { bothOutOfBand, reportsFailures } from '../../../harness/secure-connections-cases.ts';
import { Reason } from '../../../harness/smp.ts';

peripheralCase(
  'SM/PER/SCOB/BI-02-C',
  {
    file: 'src/smp/pairing/pairing.ts',
    from: "step(over, { kind: 'failed', reason: command.reason, origin: 'peer' })",
    to: "step(over, { kind: 'failed', reason: 2, origin: 'peer' })",
  },
  async (bench) => {
    await reportsFailures(bench, {
      // 1. The tester asks, and has data. 2. The implementation under test answers that it has data too. 3. and 4. The tester refuses, for each of the
      // reasons, and the upper tester is told.
      options: (tester) => ({ oob: bothOutOfBand(bench, tester) }),
      // Once more both exchange features, and public keys.
      features: { oob: 1 },
      // 5. The tester ends it for want of data after all, and the upper tester is told.
      last: Reason.oobNotAvailable,
    });
  },
);
