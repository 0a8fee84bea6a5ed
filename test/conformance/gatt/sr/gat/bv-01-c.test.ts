import { expect } from 'vitest';
import { indication, write, writeResponse } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';
import { watch } from '../../../harness/steps.ts';

serverCase(
  'GATT/SR/GAT/BV-01-C',
  {
    file: 'src/att/transaction-lane.ts',
    from: 'const TRANSACTION_TIMEOUT_MS = 30_000;',
    to: 'const TRANSACTION_TIMEOUT_MS = 3_000_000;',
  },
  async (bench, { sending }) => {
    const { att, connection } = bench;
    // 1. The tester configures the characteristic for indications.
    await att.exchange(write(sending.handle + 1, '0200'), writeResponse);
    // 2. The upper tester has the value indicated, and the tester does not confirm it.
    const waiting = sending.indicate(connection, { timeoutMs: 60_000 });
    const failed = watch(waiting);
    await att.expect(indication(sending.handle, '5e4d'));
    // 3. For 30 s the server waits; then it gives up and tells the upper tester.
    await bench.clock.advance(29_900);
    expect(failed.state).toBe('pending');
    await bench.clock.advance(200);
    expect(failed.state).toBe('rejected');
    // 4. It sends no further indication on this bearer, and may end the link.
    bench.linkMayEnd = true;
    expect(await bench.failure(sending.indicate(connection))).toBeInstanceOf(Error);
    await att.silent(60_000);
  },
);
