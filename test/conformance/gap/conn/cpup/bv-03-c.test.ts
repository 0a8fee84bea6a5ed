import { L2capError } from 'jelling';
import { expect } from 'vitest';
import { peripheralCase } from '../../../harness/case.ts';
import { octetAt, u16 } from '../../../harness/pdu.ts';
import { Signal, signal } from '../../../harness/signalling.ts';

peripheralCase(
  'GAP/CONN/CPUP/BV-03-C',
  {
    file: 'src/l2cap/signalling.ts',
    from: 'if (result === ConnectionParameterResult.accepted) return;',
    to: 'if (result >= ConnectionParameterResult.accepted) return;',
  },
  async (bench) => {
    const before = bench.connection.parameters;
    // 1. The upper tester asks for other parameters, and the request comes by L2CAP.
    const update = bench.connection.updateParameters({
      minIntervalMs: 100,
      maxIntervalMs: 200,
      peripheralLatency: 1,
      supervisionTimeoutMs: 3_000,
    });
    await bench.clock.advance(1_000);
    const request = await bench.signalling.expect(`12.. 0800 ${[80, 160, 1, 300].map(u16).join('')}`);
    // 2. The tester rejects them, and the upper tester learns that.
    bench.signalling.send(signal(Signal.parameterUpdateResponse, octetAt(request, 1), 0x0001));
    expect(await bench.failure(update)).toBeInstanceOf(L2capError);
    // 3. The parameters are what they were.
    expect(bench.connection.parameters).toEqual(before);
  },
  { testerController: { profile: '4.0' } },
);
