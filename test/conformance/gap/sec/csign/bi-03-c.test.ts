import { expect } from 'vitest';
import { hex } from '../../../harness/pdu.ts';
import { signedServerCase, signedWrite } from '../../../harness/signing.ts';

signedServerCase(
  'GAP/SEC/CSIGN/BI-03-C',
  'peripheral',
  {
    file: 'src/gatt/server/server-signed-write.ts',
    from: 'command.authenticationSignature);',
    to: 'command.authenticationSignature) ?? { security: link.security, redeem: async () => true };',
  },
  async (bench, { signed, csrk }) => {
    // Preamble: the upper tester removes the bond.
    const { address, type } = bench.testerPeer;
    expect(await bench.run(bench.iut.device(address, type).removeBond())).toBe(true);
    // 1. The tester sends a request that is signed with the key which it had given.
    bench.att.send(signedWrite(csrk, signed.handle, '0102', 0));
    // 2. to 4. Nothing is answered, no pairing is asked for, and the upper tester does not get it.
    await bench.att.silent();
    expect(hex(signed.read())).toBe('f0f1f2f3');
  },
);
