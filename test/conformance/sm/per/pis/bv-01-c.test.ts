import { expect } from 'vitest';
import {
  complete,
  joinPairing,
  PasskeyUser,
  pairingCase,
  partOf,
  passkeyIo,
} from '../../../harness/legacy-cases.ts';
import { octetAt } from '../../../harness/pdu.ts';
import { Auth } from '../../../harness/smp.ts';
import { PairingTester } from '../../../harness/smp-tester.ts';

pairingCase(
  'SM/PER/PIS/BV-01-C',
  {
    file: 'src/smp/pairer.ts',
    from: 'authReq: authReqOf(plan.choices)',
    to: 'authReq: authReqOf(plan.choices) & ~0x04',
  },
  async (bench, io) => {
    const user = new PasskeyUser();
    // 1. The upper tester pairs with protection: the implementation under test asks for it by a Security Request.
    const over = joinPairing(bench, { io, ui: user.ui, mitm: true });
    const request = await bench.tester.smp.expect('0b ..');
    expect(octetAt(request, 1) & (Auth.mitm | Auth.reserved)).toBe(Auth.mitm);
    // 2. The tester pairs, with a passkey.
    const tester = new PairingTester(bench);
    const iut = await tester.ask({ io: 'keyboardDisplay', auth: Auth.mitm });
    const tk = await user.temporaryKey(bench, partOf(io, 'keyboardDisplay'));
    await complete(bench, { tester, iut, over }, tk);
  },
  passkeyIo,
);
