import { peripheralCase } from '../../../harness/case.ts';
import { passkeyPairs } from '../../../harness/io-pairs.ts';
import { pairByPasskey } from '../../../harness/secure-pairing.ts';
import { Auth } from '../../../harness/smp.ts';

peripheralCase(
  'SM/PER/SCPK/BV-02-C',
  {
    file: 'src/smp/pairing/pairing.ts',
    from: 'if (terms.keypress) actions.push(keypress(KeypressNotification.entryStarted))',
    to: 'actions.push(keypress(KeypressNotification.entryStarted))',
  },
  async (bench) => {
    for (const pair of passkeyPairs) {
      for (const auth of [Auth.none, Auth.keypress]) {
        // 1. The tester asks for protection with Secure Connections. 2. The implementation under test answers, and can tell of keys.
        // 3. Whoever has no keyboard shows a passkey, and the other's user enters it. Keys are told where both sides have said so.
        // 4. and 5. Both do the rounds with that passkey, and the link is encrypted with the key of phase 2.
        await pairByPasskey(bench, pair, { keypress: true, auth });
      }
    }
  },
);
