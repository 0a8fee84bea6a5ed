import { expect } from 'vitest';
import { centralCase } from '../../../harness/case.ts';
import { NO_TK } from '../../../harness/legacy-cases.ts';
import { pairingResponse } from '../../../harness/smp.ts';
import { PairingTester } from '../../../harness/smp-tester.ts';
import { watch } from '../../../harness/steps.ts';

centralCase(
  'SM/CEN/PROT/BV-01-C',
  {
    file: 'src/smp/pairing-run.ts',
    from: 'SMP_TIMEOUT_MS = 30_000',
    to: 'SMP_TIMEOUT_MS = 35_000',
  },
  async (bench) => {
    const { smp } = bench.tester;
    // 1. The upper tester pairs, and would wait for longer than the protocol does.
    const paired = bench.connection.pair({ timeoutMs: 60_000 });
    const watched = watch(paired);
    await smp.expect('01 *');
    // 2. The tester says nothing.
    await smp.silent(29_900);
    expect(watched.state).toBe('pending');
    // 3. and 4. After 30 s the upper tester is told so.
    await bench.clock.advance(100);
    expect(watched.state).toBe('rejected');
    expect(await bench.failure(paired)).toMatchObject({ code: 'BLE_TIMEOUT' });
    // 5. and 6. The tester answers 10 s later, and gets no answer. No other pairing is possible on this link.
    await smp.silent(10_000);
    smp.send(pairingResponse());
    await smp.silent();
    expect(await bench.failure(bench.connection.pair())).toMatchObject({ code: 'BLE_INVALID_STATE' });
    // The next link is as any other.
    await bench.reconnectToTester();
    const again = bench.connection.pair({ bond: false });
    const tester = new PairingTester(bench);
    await tester.answer({});
    await tester.encrypt(await tester.legacy(NO_TK));
    await bench.run(again);
  },
);
