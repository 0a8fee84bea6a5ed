import { expect } from 'vitest';
import { centralCase } from '../../../harness/case.ts';
import { Signal, signal } from '../../../harness/signalling.ts';

centralCase(
  'L2CAP/LE/CPU/BI-01-C',
  {
    file: 'src/l2cap/connection-parameters.ts',
    from: 'if (outside(latency, 0, 499))',
    to: 'if (outside(latency, 0, 600))',
  },
  async (bench) => {
    const before = bench.tester.parameters;
    // 1. The tester, which is peripheral, asks for a latency above the range, and the request is rejected.
    const request = signal(Signal.parameterUpdateRequest, 1, 6, 6, 512, 3200);
    await bench.signalling.exchange(request, signal(Signal.parameterUpdateResponse, 1, 0x0001));
    // 2. The parameters stay as they were.
    await bench.clock.advance(1_000);
    expect(bench.tester.parameters).toEqual(before);
  },
);
