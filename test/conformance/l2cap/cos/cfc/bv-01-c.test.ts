import { expect } from 'vitest';
import { peripheralCase } from '../../../harness/case.ts';
import { bytes, ramp } from '../../../harness/pdu.ts';
import { openFromTester, takeSdu } from '../../../harness/signalling.ts';

peripheralCase(
  'L2CAP/COS/CFC/BV-01-C',
  {
    file: 'src/l2cap/credit-sender.ts',
    from: 'Math.min(job.sduLeft, this.mps - skip)',
    to: 'Math.min(job.sduLeft, this.mps + 9)',
  },
  async (bench) => {
    const channel = await openFromTester(bench);
    // 1. The upper tester sends an SDU that is longer than the tester's MPS and not longer than its MTU.
    const sdu = ramp(200, 1);
    await bench.run(channel.iut.send(bytes(sdu)));
    // 2. It comes in frames of which none is longer than the MPS.
    expect(await takeSdu(channel.incoming)).toBe(sdu);
  },
);
