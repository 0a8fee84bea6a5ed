import { expect } from 'vitest';
import { peripheralCase } from '../../../harness/case.ts';
import { u16 } from '../../../harness/pdu.ts';

peripheralCase(
  'GAP/CONN/CPUP/BV-10-C',
  {
    file: 'src/gap/link/link-control.ts',
    from: "if (role === 'central' || hci.info.hasFeature(LeFeature.connectionParametersRequest)) {",
    to: "if (role === 'central') {",
  },
  async (bench) => {
    // 1. The upper tester asks for other parameters. The Link Layer of the tester is asked for them, and accepts.
    const update = bench.connection.updateParameters({
      minIntervalMs: 100,
      maxIntervalMs: 200,
      peripheralLatency: 1,
      supervisionTimeoutMs: 3_000,
    });
    const parameters = { intervalMs: 100, peripheralLatency: 1, supervisionTimeoutMs: 3_000 };
    // 2. The upper tester learns the parameters that are in force.
    expect(await bench.run(update)).toMatchObject(parameters);
    expect(bench.connection.parameters).toMatchObject(parameters);
    expect(bench.tester.parameterRequests).toEqual([[80, 160, 1, 300].map(u16).join('')]);
    // 3. Nothing was asked over L2CAP, and the link is still there when the supervision time-out is over.
    await bench.signalling.silent(4_000);
  },
);
