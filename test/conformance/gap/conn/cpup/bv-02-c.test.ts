import { TimeoutError } from 'jelling';
import { expect } from 'vitest';
import { peripheralCase } from '../../../harness/case.ts';
import { octetAt, u16 } from '../../../harness/pdu.ts';

peripheralCase(
  'GAP/CONN/CPUP/BV-02-C',
  {
    file: 'src/gap/link/connection-parameter-request.ts',
    from: 'intervalMin: toSlots(request.minIntervalMs, connectionInterval),',
    to: 'intervalMin: 6,',
  },
  async (bench) => {
    // 1. The upper tester asks for other parameters, and the request comes by L2CAP.
    const update = bench.connection.updateParameters({
      minIntervalMs: 100,
      maxIntervalMs: 200,
      peripheralLatency: 1,
      supervisionTimeoutMs: 3_000,
    });
    await bench.clock.advance(1_000);
    const request = await bench.signalling.expect(`12.. 0800 ${[80, 160, 1, 300].map(u16).join('')}`);
    expect(octetAt(request, 1)).not.toBe(0);
    // 2. The tester does not answer, for longer than the response may take. The upper tester learns it, and nothing is sent again.
    expect(await bench.failure(update)).toBeInstanceOf(TimeoutError);
    await bench.signalling.silent(60_000);
    // 3. The link is there, with the parameters that it had.
    expect(bench.connection.isConnected).toBe(true);
    expect(bench.connection.parameters.peripheralLatency).toBe(0);
  },
  { testerController: { profile: '4.0' } },
);
