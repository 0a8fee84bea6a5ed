import { expectRefusal, keySizes, pairingCase } from '../../../harness/legacy-cases.ts';
import { Reason } from '../../../harness/smp.ts';

pairingCase(
  'SM/PER/EKS/BI-02-C',
  {
    file: 'src/smp/pairing/pairing-terms.ts',
    from: 'if (keySize < choices.minKeySize)',
    to: "if (role === 'initiator' && keySize < choices.minKeySize)",
  },
  async (bench, minKeySize) => {
    // 1. The tester pairs with keys of one octet less than the implementation under test takes.
    // 2. Encryption Key Size; a size that the specification does not know is an Invalid Parameter.
    const reason = minKeySize === 7 ? Reason.invalidParameters : Reason.encryptionKeySize;
    await expectRefusal(bench, { minKeySize }, { keySize: minKeySize - 1 }, reason);
  },
  keySizes,
);
