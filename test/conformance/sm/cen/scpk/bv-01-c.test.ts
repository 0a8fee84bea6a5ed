import { centralCase } from '../../../harness/case.ts';
import { passkeyPairs } from '../../../harness/io-pairs.ts';
import { pairByPasskey } from '../../../harness/secure-pairing.ts';
import { Auth } from '../../../harness/smp.ts';

centralCase(
  'SM/CEN/SCPK/BV-01-C',
  {
    file: 'src/smp/pairing/passkey-initiator.ts',
    from: 'round + 1 < PASSKEY_BITS',
    to: 'round + 2 < PASSKEY_BITS',
  },
  async (bench) => {
    for (const pair of passkeyPairs) {
      for (const auth of [Auth.none, Auth.keypress]) {
        // 1. The upper tester pairs with Secure Connections. 2. The tester answers with protection.
        // 3. Whoever has no keyboard shows a passkey, and the other's user enters it. Keys are told where both sides have said so.
        // 4. and 5. Both do the rounds with that passkey, and the link is encrypted with the key of phase 2.
        await pairByPasskey(bench, pair, { keypress: true, auth });
      }
    }
  },
);
