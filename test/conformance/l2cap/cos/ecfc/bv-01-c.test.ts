import { expect } from 'vitest';
import { peripheralCase } from '../../../harness/case.ts';
import { openEnhanced } from '../../../harness/enhanced.ts';
import { bytes, ramp } from '../../../harness/pdu.ts';
import { takeSdu } from '../../../harness/signalling.ts';

peripheralCase(
  'L2CAP/COS/ECFC/BV-01-C',
  {
    file: 'src/l2cap/credit-sender.ts',
    from: 'Math.min(job.sduLeft, this.mps - skip)',
    to: 'Math.min(job.sduLeft, this.mps + 9)',
  },
  async (bench) => {
    const { iut, incoming } = await openEnhanced(bench);
    // 1. The upper tester sends an SDU that is longer than the tester's MPS and not longer than its MTU.
    await bench.run(iut.send(bytes(ramp(200, 1))));
    // 2. It comes in frames of which none is longer than the MPS.
    expect(await takeSdu(incoming, 64)).toBe(ramp(200, 1));
  },
);
