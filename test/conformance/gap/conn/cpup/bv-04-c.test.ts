import { expect } from 'vitest';
import { centralCase } from '../../../harness/case.ts';
import { Signal, signal } from '../../../harness/signalling.ts';

centralCase(
  'GAP/CONN/CPUP/BV-04-C',
  { file: 'src/gap/link/link-control.ts', from: 'accepts: () => true,', to: 'accepts: () => false,' },
  async (bench) => {
    // 1. The tester, which is peripheral, asks for parameters that a link can have, and the request is accepted.
    const request = signal(Signal.parameterUpdateRequest, 1, 100, 100, 2, 400);
    await bench.signalling.exchange(request, signal(Signal.parameterUpdateResponse, 1, 0x0000));
    // 2. The link has them from then on.
    await bench.clock.advance(1_000);
    expect(bench.tester.parameters).toEqual({ interval: 100, latency: 2, timeout: 400 });
    expect(bench.connection.parameters).toMatchObject({ intervalMs: 125, peripheralLatency: 2 });
  },
  { testerController: { profile: '4.0' } },
);
