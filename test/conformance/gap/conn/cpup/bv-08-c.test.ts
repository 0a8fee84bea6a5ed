import { expect } from 'vitest';
import { peripheralCase } from '../../../harness/case.ts';

peripheralCase(
  'GAP/CONN/CPUP/BV-08-C',
  {
    file: 'src/gap/link/link-events.ts',
    from: 'connectionParameterFault({ intervalMin, intervalMax, latency, timeout }) === undefined',
    to: 'connectionParameterFault({ intervalMin, intervalMax, latency, timeout }) !== undefined',
  },
  async (bench) => {
    // 1. The tester, which is central, asks by the Link Layer for parameters that a link can have.
    // 2. The implementation under test accepts them, and the tester updates the link.
    await bench.tester.update({ interval: 160, latency: 1, timeout: 500 });
    expect(bench.tester.parameters).toEqual({ interval: 160, latency: 1, timeout: 500 });
    // 3. The upper tester learns them, nothing was asked over L2CAP, and the link is still there when the supervision time-out is over.
    expect(bench.connection.parameters).toMatchObject({ intervalMs: 200, peripheralLatency: 1 });
    await bench.signalling.silent(6_000);
  },
  { testerController: { asksForParameters: true } },
);
