import { expect } from 'vitest';
import { centralCase } from '../../../harness/case.ts';
import { PairingTester } from '../../../harness/smp-tester.ts';

centralCase(
  'SM/CEN/JW/BV-01-C',
  {
    file: 'src/smp/pairing/pairing-terms.ts',
    from: '(choices.bonding ? AuthReq.bonding : 0) |',
    to: 'AuthReq.bonding |',
  },
  async (bench) => {
    const tester = new PairingTester(bench);
    // 1. The upper tester pairs without bonding and without protection: no bit of AuthReq but that of Secure Connections may be set.
    const paired = bench.connection.pair({ bond: false, mitm: false });
    // 2. The tester answers as one that could do everything, and wants nothing.
    const request = await tester.answer({ io: 'keyboardDisplay' });
    expect([request.oob, request.auth & 0x37]).toEqual([0, 0]);
    // 3. Both do phase 2 of Just Works, and the link is encrypted with its key.
    await tester.encrypt(await tester.legacy());
    await bench.run(paired);
    expect(bench.connection.security).toMatchObject({ encrypted: true, authenticated: false });
  },
);
