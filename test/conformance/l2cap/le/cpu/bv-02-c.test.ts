import { expect } from 'vitest';
import { centralCase } from '../../../harness/case.ts';
import { Signal, signal } from '../../../harness/signalling.ts';

centralCase(
  'L2CAP/LE/CPU/BV-02-C',
  {
    file: 'src/l2cap/signalling.ts',
    from: 'connectionParameterFault(parameters) === undefined &&',
    to: 'connectionParameterFault(parameters) !== undefined &&',
  },
  async (bench) => {
    // 1. The tester, which is peripheral, asks for parameters that a link can have, and the request is accepted.
    const request = signal(Signal.parameterUpdateRequest, 1, 40, 80, 1, 300);
    await bench.signalling.exchange(request, signal(Signal.parameterUpdateResponse, 1, 0x0000));
    // 2. The central updates the link to them.
    await bench.clock.advance(1_000);
    const { interval, latency, timeout } = bench.tester.parameters;
    expect(interval).toBeGreaterThanOrEqual(40);
    expect(interval).toBeLessThanOrEqual(80);
    expect([latency, timeout]).toEqual([1, 300]);
  },
);
