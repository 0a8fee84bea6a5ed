import { expect } from 'vitest';
import { bond } from '../../../harness/encrypted.ts';
import { joinPairing, pairingCase } from '../../../harness/legacy-cases.ts';
import { octetAt } from '../../../harness/pdu.ts';
import { Auth } from '../../../harness/smp.ts';

pairingCase(
  'SM/PER/PIS/BV-02-C',
  {
    file: 'src/smp/security-manager.ts',
    from: '(authenticated ? AuthReq.mitm : 0)',
    to: 'AuthReq.mitm',
  },
  async (bench, call) => {
    // 0. Both have made a bond without protection, and are on a new link that is not encrypted.
    const { iut } = await bond(bench);
    await bench.reconnectFromTester();
    expect(bench.connection.security).toMatchObject({ encrypted: false, bonded: true });
    // 1. The upper tester asks for encryption, or pairs without protection: in both cases by a Security Request.
    const over = call === 'encrypt' ? bench.connection.encrypt() : joinPairing(bench, { mitm: false });
    const request = await bench.tester.smp.expect('0b ..');
    expect(octetAt(request, 1) & (Auth.mitm | Auth.reserved)).toBe(0);
    // 2. The tester encrypts the link with the key of the bond, and the upper tester is told.
    expect(await bench.tester.encrypt(iut.ltk ?? '', iut.ediv, iut.rand)).toBe(0);
    await bench.run(over);
    expect(bench.connection.security.encrypted).toBe(true);
  },
  ['encrypt', 'pair'],
);
