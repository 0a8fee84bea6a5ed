import type { PairingPrompt, PairingUi } from 'jelling';
import { expect, test } from 'vitest';
import { Auth, type IoName } from '../../conformance/harness/smp.ts';
import { PairingTester } from '../../conformance/harness/smp-tester.ts';
import { benchOf, expectFailure, later } from './bench.ts';

test('P6: whoever gave a way to compare numbers is never made to show or enter a passkey', async () => {
  const ui: PairingUi = { compareNumbers: () => true };
  for (const io of ['keyboardOnly'] as const satisfies IoName[]) {
    await using bench = await benchOf('central');
    const paired = later(bench.connection.pair({ ui }));
    await new PairingTester(bench).answer({ io, auth: Auth.sc | Auth.mitm });
    await expectFailure(bench, 0x03, paired);
  }
  for (const io of ['displayOnly', 'keyboardOnly'] as const satisfies IoName[]) {
    await using bench = await benchOf('peripheral');
    bench.iut.security = { ui };
    bench.tester.smp.send(
      new Map([
        ['displayOnly', '0100000d100000'],
        ['keyboardOnly', '0102000d100000'],
      ]).get(io) ?? '',
    );
    await expectFailure(bench, 0x03, undefined);
  }
});

test('P6: each method has a callback of its own, which says what and who began', async () => {
  const called: [string, Omit<PairingPrompt, 'signal' | 'keypress'>][] = [];
  const note =
    (name: string) =>
    (...given: unknown[]): undefined => {
      const { signal: _signal, keypress: _keypress, ...prompt } = given.at(-1) as PairingPrompt;
      called.push([name, prompt]);
    };
  const ui: PairingUi = {
    showPasskey: note('show'),
    enterPasskey: note('enter'),
    compareNumbers: (_number, prompt) => note('compare')(prompt) ?? false,
  };
  for (const [io, name] of [
    ['keyboardOnly', 'show'],
    ['displayOnly', 'enter'],
    ['displayYesNo', 'compare'],
  ] as const) {
    await using bench = await benchOf('central');
    const tester = new PairingTester(bench);
    const paired = later(bench.connection.pair({ ui }));
    await tester.answer({ io, auth: Auth.sc | Auth.mitm });
    await tester.publicKeys();
    if (name === 'compare') await tester.comparison();
    await bench.clock.advance(0);
    expect(called.splice(0)).toMatchObject([
      [
        name,
        {
          address: bench.tester.address,
          method: name === 'compare' ? 'numericComparison' : 'passkeyEntry',
          incoming: false,
          secureConnections: true,
        },
      ],
    ]);
    bench.tester.disconnect();
    await bench.failure(paired);
  }
});
