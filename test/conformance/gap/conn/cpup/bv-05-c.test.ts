import { expect } from 'vitest';
import { centralCase } from '../../../harness/case.ts';
import { Signal, signal } from '../../../harness/signalling.ts';

centralCase(
  'GAP/CONN/CPUP/BV-05-C',
  {
    file: 'src/l2cap/connection-parameters.ts',
    from: 'if (intervalMin > intervalMax)',
    to: 'if (intervalMin > 2 * intervalMax)',
  },
  async (bench) => {
    const before = bench.tester.parameters;
    // 1. The tester, which is peripheral, asks for a range of intervals that ends before it begins, and the request is rejected.
    const request = signal(Signal.parameterUpdateRequest, 1, 80, 40, 0, 400);
    await bench.signalling.exchange(request, signal(Signal.parameterUpdateResponse, 1, 0x0001));
    // 2. The parameters are what they were.
    await bench.clock.advance(1_000);
    expect(bench.tester.parameters).toEqual(before);
  },
  { testerController: { profile: '4.0' } },
);
