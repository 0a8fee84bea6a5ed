import {
  beginPasskeyEntry,
  expectMismatch,
  otherPasskey,
  pairingCase,
  passkeyIo,
} from '../../../harness/legacy-cases.ts';
import { Auth } from '../../../harness/smp.ts';

pairingCase(
  'SM/PER/PKE/BI-03-C',
  {
    file: 'src/smp/pairing/legacy-responder.ts',
    from: 'const isProven = ',
    to: "const isProven = context.terms.method !== 'justWorks' || ",
  },
  async (bench, io) => {
    // 1. and 2. The tester pairs as one that has a keyboard and wants protection, and is answered.
    const pairing = await beginPasskeyEntry(bench, io, { io: 'keyboardOnly', auth: Auth.mitm });
    // 3. and 4. The tester's user enters another passkey than is shown, or than the user of the other side enters.
    // 5. Both do phase 2, to the tester's random value: Confirm Value Failed.
    await expectMismatch(bench, pairing, otherPasskey(pairing.tk));
  },
  passkeyIo,
);
