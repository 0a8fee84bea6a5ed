import { expectFailure, joinPairing, keySizes, pairingCase } from '../../../harness/legacy-cases.ts';
import { pairingFailed, pairingResponse, Reason } from '../../../harness/smp.ts';

pairingCase(
  'SM/CEN/EKS/BI-01-C',
  {
    file: 'src/smp/pairing/pairing-terms.ts',
    from: 'if (keySize < choices.minKeySize)',
    to: 'if (keySize < choices.minKeySize - 1)',
  },
  async (bench, minKeySize) => {
    const { smp } = bench.tester;
    // 1. The upper tester pairs, and takes keys of so many octets or more.
    const over = joinPairing(bench, { minKeySize });
    await smp.expect('01 *');
    // 2. The tester has keys of one octet less.
    smp.send(pairingResponse({ keySize: minKeySize - 1 }));
    // 3. Encryption Key Size; a size that the specification does not know is an Invalid Parameter.
    const reason = minKeySize === 7 ? Reason.invalidParameters : Reason.encryptionKeySize;
    await smp.expect(pairingFailed(reason));
    await expectFailure(bench, over, reason);
  },
  keySizes,
);
