import { expect } from 'vitest';
import { peripheralCase } from '../../../harness/case.ts';
import { exchangeFeatures, NO_TK } from '../../../harness/legacy-cases.ts';
import { randomOctets, wire } from '../../../harness/smp-crypto.ts';
import { watch } from '../../../harness/steps.ts';

peripheralCase(
  'SM/PER/PROT/BV-02-C',
  { file: 'src/smp/smp-channel.ts', from: 'this.#isSilent = true', to: 'this.#isSilent = false' },
  async (bench) => {
    const { smp } = bench.tester;
    // 1. and 2A.1 The tester pairs, and the implementation under test answers.
    const { tester, over } = await exchangeFeatures(bench, {}, {});
    const watched = watch(over);
    // 2A.2 The tester does not go on.
    await smp.silent(29_900);
    expect(watched.state).toBe('pending');
    // 2A.3 30 s after the response the upper tester is told so.
    await bench.clock.advance(100);
    expect(watched.state).toBe('rejected');
    expect(await bench.failure(over)).toMatchObject({ code: 'BLE_TIMEOUT' });
    // 2A.4 and 2A.5 What should have come comes 10 s later, and gets no answer.
    await smp.silent(10_000);
    smp.send(`03${wire(tester.confirmValue(NO_TK, randomOctets(16)))}`);
    await smp.silent();
  },
);
