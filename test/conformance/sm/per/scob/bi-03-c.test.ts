import { peripheralCase } from '../../../harness/case.ts';
import { refusesOutOfBandData } from '../../../harness/secure-connections-cases.ts';

peripheralCase(
  'SM/PER/SCOB/BI-03-C',
  {
    file: 'src/smp/pairing/oob-responder.ts',
    from: 'if (!matchesOobData(context, keys)) return',
    to: 'if (matchesOobData(context, keys) === undefined) return',
  },
  // The tester has told wrong data. 1. The tester asks, and has data. 2. The answer says likewise. 3. and 4. Both exchange public keys, and the tester sends
  // its nonce. 5. The implementation under test says that the confirm value has failed. The tester ends the link.
  refusesOutOfBandData,
);
