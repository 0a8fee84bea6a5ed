import { expect } from 'vitest';
import { Bench } from './bench.ts';
import { conformance, type Mutation } from './case.ts';
import { anyController, sayWhetherRecognised } from './private.ts';
import { encryptAgain, level2, pairWith } from './protected.ts';
import { Keys } from './smp.ts';

/** A case of a tester that has a new private address for every link, and makes a bond with an implementation under test of either role. */
export const privateBondCase = (id: string, role: 'central' | 'peripheral', mutation: Mutation): void =>
  conformance(id, mutation, async () => {
    for (const options of anyController) {
      await using bench = await Bench.apart(options);
      const { tester } = bench;
      sayWhetherRecognised(bench);
      // 1. The tester has a private address when the link is made, begins the pairing and gives its identity.
      const address = tester.hide();
      if (role === 'peripheral') await bench.connectFromTester();
      else await bench.connectToTester({ address, type: 'random' });
      const { key } = await pairWith(bench, level2, {
        by: 'tester',
        features: { initiatorKeys: Keys.enc | Keys.id, responderKeys: Keys.enc | Keys.id },
      });
      for (let round = 0; round < 2; round++) {
        // 2. The tester ends the link, and there is another under a new private address of the tester: the implementation under test finds it by its identity alone.
        await bench.part();
        tester.hide();
        if (role === 'peripheral') await bench.connectFromTester();
        else await bench.connectToTester();
        // 3. The link is encrypted with the key of the bond.
        expect(bench.connection.device.address).toBe(tester.address);
        await encryptAgain(bench, key);
        expect(bench.connection.security).toMatchObject({ encrypted: true, bonded: true });
      }
      await bench.verdict();
    }
  });
