import {
  complete,
  joinPairing,
  PasskeyUser,
  pairingCase,
  partOf,
  passkeyIo,
} from '../../../harness/legacy-cases.ts';
import { Auth, securityRequest } from '../../../harness/smp.ts';
import { PairingTester } from '../../../harness/smp-tester.ts';

pairingCase(
  'SM/CEN/PIS/BV-02-C',
  {
    file: 'src/smp/pairer.ts',
    from: 'channel.refuse(permission.reason)',
    to: 'channel.refuse(PairingFailedReason.unspecifiedReason)',
  },
  async (bench, io) => {
    const { smp } = bench.tester;
    // 1. The tester asks for protection.
    const asking = securityRequest(Auth.bonding | Auth.mitm);
    if (io === 'nobodyMayPair') {
      // 2. Nobody may pair: Pairing Not Supported.
      await smp.exchange(asking, '0505');
      return;
    }
    const user = new PasskeyUser();
    const options = { io, ui: user.ui };
    bench.iut.security = options;
    smp.send(asking);
    // 2. Peers may pair: the implementation under test begins, and both do it with a passkey.
    const tester = new PairingTester(bench);
    const iut = await tester.answer({ io: 'keyboardOnly', auth: Auth.bonding | Auth.mitm });
    const over = joinPairing(bench, options);
    const tk = await user.temporaryKey(bench, partOf(io, 'keyboardOnly'));
    await complete(bench, { tester, iut, over }, tk);
  },
  [...passkeyIo, 'nobodyMayPair' as const],
);
