import { peripheralCase } from '../../../harness/case.ts';
import { entersOverTable } from '../../../harness/secure-connections-cases.ts';

peripheralCase(
  'SM/PER/SCPK/BV-02-C',
  {
    file: 'src/smp/pairing/pairing.ts',
    from: 'if (terms.keypress) actions.push(keypress(KeypressNotification.entryStarted))',
    to: 'actions.push(keypress(KeypressNotification.entryStarted))',
  },
  // 1. The tester asks for protection with Secure Connections. 2. The implementation under test answers, and can tell of keys.
  // 3. Whoever has no keyboard shows a passkey, and the other's user enters it. Keys are told where both sides have said so.
  // 4. and 5. Both do the rounds with that passkey, and the link is encrypted with the key of phase 2.
  entersOverTable,
);
