import { peripheralCase } from '../../../harness/case.ts';
import { ioNames } from '../../../harness/io-pairs.ts';
import { reservedBits } from '../../../harness/secure-connections-cases.ts';
import { pairWithoutPasskey } from '../../../harness/secure-pairing.ts';

peripheralCase(
  'SM/PER/SCJW/BV-03-C',
  {
    file: 'src/smp/pairing/secure.ts',
    from: 'Uint8Array.of(authReq, oobDataFlag, ioCapability)',
    to: 'Uint8Array.of(authReq & 0x1f, oobDataFlag, ioCapability)',
  },
  async (bench) => {
    for (const iut of ioNames) {
      for (const auth of reservedBits) {
        // 1. The tester asks: it has no input and no output, and sets all reserved bits of AuthReq. 2. The answer, with whatever IO capability, has none of them.
        // 3. Both do phase 2 of Just Works, and the link is encrypted with its key.
        await pairWithoutPasskey(bench, { iut, tester: 'noInputNoOutput' }, false, auth);
      }
    }
  },
);
