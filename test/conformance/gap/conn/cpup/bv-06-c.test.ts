import { expect } from 'vitest';
import { centralCase } from '../../../harness/case.ts';

centralCase(
  'GAP/CONN/CPUP/BV-06-C',
  {
    file: 'src/gap/link/link-control.ts',
    from: 'await this.#command(update.wanted, () => {',
    to: 'await this.#command({ ...update.wanted, intervalMax: 3200 }, () => {',
  },
  async (bench) => {
    // 1. The upper tester asks, as central, for other parameters.
    const update = bench.connection.updateParameters({
      minIntervalMs: 200,
      peripheralLatency: 1,
      supervisionTimeoutMs: 5_000,
    });
    // 2. The Link Layer updates the link, which the tester sees, and the upper tester learns it.
    expect(await bench.run(update)).toMatchObject({ intervalMs: 200, supervisionTimeoutMs: 5_000 });
    expect(bench.tester.parameters).toEqual({ interval: 160, latency: 1, timeout: 500 });
    // 3. The link is still there when the supervision time-out is over.
    await bench.clock.advance(6_000);
  },
  { testerController: { profile: '4.0' } },
);
