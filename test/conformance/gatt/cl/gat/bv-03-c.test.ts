import { TimeoutError } from 'jelling';
import { expect } from 'vitest';
import { readMultipleVariable } from '../../../harness/att.ts';
import { clientCase } from '../../../harness/client.ts';
import { watch } from '../../../harness/steps.ts';

clientCase(
  'GATT/CL/GAT/BV-03-C',
  {
    file: 'src/att/transaction-lane.ts',
    from: 'const TRANSACTION_TIMEOUT_MS = 30_000;',
    to: 'const TRANSACTION_TIMEOUT_MS = 40_000;',
  },
  async (bench, { both }) => {
    // 1. The upper tester has two values read at once, and the tester does not answer.
    const call = bench.connection.readMultiple(both, { timeoutMs: 60_000 });
    const outcome = watch(call);
    await bench.att.expect(readMultipleVariable(...both.map(({ handle }) => handle)));
    // 2. For 30 s the client waits; then it gives up and tells the upper tester.
    await bench.clock.advance(29_900);
    expect(outcome.state).toBe('pending');
    await bench.clock.advance(200);
    expect(outcome.state).toBe('rejected');
    expect(await bench.failure(call)).toBeInstanceOf(TimeoutError);
    // 3. It asks no more for them on this bearer, neither at once nor one by one, and may end the link.
    bench.linkMayEnd = true;
    await bench.att.silent(60_000);
  },
);
