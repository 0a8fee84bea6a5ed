import { TimeoutError } from 'jelling';
import { expect } from 'vitest';
import { write } from '../../../harness/att.ts';
import { clientCase } from '../../../harness/client.ts';
import { bytes } from '../../../harness/pdu.ts';
import { SHORT_VALUE } from '../../../harness/services.ts';
import { watch } from '../../../harness/steps.ts';

clientCase(
  'GATT/CL/GAT/BV-02-C',
  {
    file: 'src/att/transaction-lane.ts',
    from: 'const TRANSACTION_TIMEOUT_MS = 30_000;',
    to: 'const TRANSACTION_TIMEOUT_MS = 40_000;',
  },
  async (bench, { characteristic }) => {
    const { handle } = characteristic;
    // 1. The upper tester has a value written, and the tester does not answer.
    const call = characteristic.write(bytes(SHORT_VALUE), { response: true, timeoutMs: 60_000 });
    const outcome = watch(call);
    await bench.att.expect(write(handle, SHORT_VALUE));
    // 2. For 30 s the client waits; then it gives up and tells the upper tester.
    await bench.clock.advance(29_900);
    expect(outcome.state).toBe('pending');
    await bench.clock.advance(200);
    expect(outcome.state).toBe('rejected');
    expect(await bench.failure(call)).toBeInstanceOf(TimeoutError);
    // 3. It sends nothing more on this bearer, and may end the link.
    bench.linkMayEnd = true;
    await bench.failure(characteristic.read());
    await bench.att.silent(60_000);
  },
);
