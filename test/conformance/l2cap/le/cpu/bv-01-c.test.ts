import { expect } from 'vitest';
import { peripheralCase } from '../../../harness/case.ts';
import { octetAt, u16 } from '../../../harness/pdu.ts';
import { Signal, signal } from '../../../harness/signalling.ts';

peripheralCase(
  'L2CAP/LE/CPU/BV-01-C',
  {
    file: 'src/gap/link/connection-parameter-request.ts',
    from: 'latency: request.peripheralLatency ?? 0,',
    to: 'latency: 0,',
  },
  async (bench) => {
    // 1. The upper tester asks for other parameters on a link whose central cannot be asked by the Link Layer.
    const update = bench.connection.updateParameters({
      minIntervalMs: 50,
      maxIntervalMs: 100,
      peripheralLatency: 2,
      supervisionTimeoutMs: 2_000,
    });
    // 2. The request comes by signalling, with those parameters in their units.
    await bench.clock.advance(1_000);
    const request = await bench.signalling.expect(`12.. 0800 ${[40, 80, 2, 200].map(u16).join('')}`);
    // 3. The tester accepts and updates the link, and the upper tester learns that.
    bench.signalling.send(signal(Signal.parameterUpdateResponse, octetAt(request, 1), 0x0000));
    await bench.tester.update({ interval: 64, latency: 2, timeout: 200 });
    expect(await bench.run(update)).toMatchObject({ intervalMs: 80, peripheralLatency: 2 });
  },
  { testerController: { profile: '4.0' } },
);
