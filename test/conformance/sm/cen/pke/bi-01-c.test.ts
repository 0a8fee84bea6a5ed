import {
  beginPasskeyEntry,
  expectMismatch,
  otherPasskey,
  pairingCase,
  passkeyIo,
} from '../../../harness/legacy-cases.ts';
import { Auth } from '../../../harness/smp.ts';

pairingCase(
  'SM/CEN/PKE/BI-01-C',
  {
    file: 'src/smp/pairing/legacy-initiator.ts',
    from: 'const isProven = ',
    to: "const isProven = context.terms.method !== 'justWorks' || ",
  },
  async (bench, io) => {
    // 1. and 2. The upper tester pairs, and the tester has a keyboard and wants protection.
    const pairing = await beginPasskeyEntry(bench, io, { io: 'keyboardOnly', auth: Auth.mitm });
    // 3. The tester's user enters another passkey than is shown, or than the user of the other side enters.
    // 4. to 6. Both do phase 2, to the tester's random value: Confirm Value Failed.
    await expectMismatch(bench, pairing, otherPasskey(pairing.tk));
  },
  passkeyIo,
);
