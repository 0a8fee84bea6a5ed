import { expect } from 'vitest';
import { centralCase } from '../../../harness/case.ts';
import { pairingFailed, Reason } from '../../../harness/smp.ts';

centralCase(
  'SM/CEN/JW/BV-05-C',
  {
    file: 'src/smp/pairing/pairing.ts',
    from: "step(over, { kind: 'failed', reason: command.reason, origin: 'peer' })",
    to: "step(over, { kind: 'failed', reason: 8, origin: 'peer' })",
  },
  async (bench) => {
    const { smp } = bench.tester;
    for (const reason of [
      Reason.unspecified,
      Reason.pairingNotSupported,
      Reason.repeatedAttempts,
      Reason.busy,
    ]) {
      // 1. The upper tester pairs. The request has no out-of-band data and no reserved bit.
      const paired = bench.connection.pair();
      expect(await smp.next()).toMatch(/^01..00[0-3]/);
      // 2. The tester refuses, for each of the reasons.
      smp.send(pairingFailed(reason));
      // 3. The pairing is over, the upper tester is told why and by whom, and the tester nothing.
      expect(await bench.failure(paired)).toMatchObject({ code: 'BLE_SMP', reason, origin: 'peer' });
      await smp.silent();
    }
  },
);
