import { expect } from 'vitest';
import { peripheralCase } from '../../../harness/case.ts';
import { octetAt, u16 } from '../../../harness/pdu.ts';
import { Signal, signal } from '../../../harness/signalling.ts';

peripheralCase(
  'GAP/CONN/CPUP/BV-01-C',
  {
    file: 'src/gap/link/connection-parameter-request.ts',
    from: 'timeout: toSlots(request.supervisionTimeoutMs ?? 4_000, supervisionTimeout),',
    to: 'timeout: toSlots(4_000, supervisionTimeout),',
  },
  async (bench) => {
    // 1. The upper tester asks for other parameters on a link whose central cannot be asked by the Link Layer, and the request comes by L2CAP.
    const update = bench.connection.updateParameters({
      minIntervalMs: 100,
      maxIntervalMs: 200,
      peripheralLatency: 1,
      supervisionTimeoutMs: 3_000,
    });
    await bench.clock.advance(1_000);
    const request = await bench.signalling.expect(`12.. 0800 ${[80, 160, 1, 300].map(u16).join('')}`);
    // 2. The tester accepts and updates the link.
    bench.signalling.send(signal(Signal.parameterUpdateResponse, octetAt(request, 1), 0x0000));
    await bench.tester.update({ interval: 100, latency: 1, timeout: 300 });
    // 3. The upper tester learns the parameters that are in force.
    const parameters = { intervalMs: 125, peripheralLatency: 1, supervisionTimeoutMs: 3_000 };
    expect(await bench.run(update)).toMatchObject(parameters);
    expect(bench.connection.parameters).toMatchObject(parameters);
  },
  { testerController: { profile: '4.0' } },
);
