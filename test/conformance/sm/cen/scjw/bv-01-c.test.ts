import type { PairingUi } from 'jelling';
import { expect } from 'vitest';
import { centralCase } from '../../../harness/case.ts';
import { Auth, Io, type IoName } from '../../../harness/smp.ts';
import { g2 } from '../../../harness/smp-crypto.ts';
import { PairingTester } from '../../../harness/smp-tester.ts';

const capabilities: readonly IoName[] = [
  'displayOnly',
  'displayYesNo',
  'keyboardOnly',
  'noInputNoOutput',
  'keyboardDisplay',
];
const compares: readonly IoName[] = ['displayYesNo', 'keyboardDisplay'];

/** What the implementation under test asks its user, and with which number. */
const uiOf = (asked: string[]): PairingUi => ({
  showPasskey: () => void asked.push('a passkey'),
  enterPasskey: () => void asked.push('a passkey'),
  compareNumbers: (number) => {
    asked.push(number);
    return true;
  },
});

centralCase(
  'SM/CEN/SCJW/BV-01-C',
  {
    file: 'src/smp/pairing/pairing-method.ts',
    from: '[IoCapability.keyboardDisplay]: [fromInitiator, number, fromResponder, works, number]',
    to: '[IoCapability.keyboardDisplay]: [fromInitiator, number, fromResponder, works, works]',
  },
  async (bench) => {
    // Every pair of IO capabilities in Table 2.8 of Vol 3, Part H, 2.3.5.1 that needs no passkey, with and without protection.
    for (const io of capabilities) {
      for (const peer of capabilities) {
        for (const mitm of [false, true]) {
          const isCompared = mitm && compares.includes(io) && compares.includes(peer);
          const bothDisplay = [io, peer].every((side) => side.startsWith('display'));
          const isWithout = !mitm || [io, peer].includes('noInputNoOutput') || (bothDisplay && !isCompared);
          if (!isCompared && !isWithout) continue;
          // Three times with the strongest pair of each kind, once with the others.
          const rounds = io === 'keyboardDisplay' && peer === 'keyboardDisplay' ? 3 : 1;
          const nonces = new Set<string>();
          for (let round = 0; round < rounds; round++) {
            // 1. The upper tester pairs, with the MITM flag that is said and Secure Connections.
            const asked: string[] = [];
            const paired = bench.connection.pair({
              io,
              ui: uiOf(asked),
              mitm: mitm ? 'preferred' : false,
              secureConnections: true,
              bond: false,
            });
            // 2. The tester wants no protection itself.
            const tester = new PairingTester(bench);
            const request = await tester.answer({ io: peer, auth: Auth.sc });
            expect([request.io, request.oob]).toEqual([Io[io], 0]);
            expect(request.auth & (Auth.mitm | Auth.sc | Auth.reserved)).toBe(
              (mitm ? Auth.mitm : 0) | Auth.sc,
            );
            // 3. Both do phase 2, and the link is encrypted with its key. Both users see one number, or none.
            await tester.publicKeys();
            const { na, nb } = await tester.comparison();
            await bench.clock.advance(0);
            expect(asked).toEqual(isCompared ? [g2(tester.iutX, tester.keys.x, na, nb)] : []);
            await tester.encrypt(await tester.checks({ na, nb }));
            await bench.run(paired);
            expect(bench.connection.security).toMatchObject({ encrypted: true, authenticated: isCompared });
            nonces.add(na);
          }
          // 4. No nonce is used twice.
          expect(nonces.size).toBe(rounds);
        }
      }
    }
  },
);
