import { expect } from 'vitest';
import { Bench } from '../../../harness/bench.ts';
import { conformance } from '../../../harness/case.ts';

conformance(
  'GAP/CONN/DCON/BV-01-C',
  {
    file: 'src/gap/advertising/advertising-options.ts',
    from: '{ ...parametersOf(kind, options.intervalMs, peer), privately }',
    to: "{ ...parametersOf('connectable', options.intervalMs, peer), privately }",
  },
  async () => {
    await using bench = await Bench.apart();
    const { tester, iut } = bench;
    // 1. The upper tester calls the tester by directed advertising. All that is heard is from the identity of the one to that of the other.
    const directed = bench.testerPeer;
    const incoming = iut.advertise({ directed });
    await bench.clock.advance(1_000);
    const calls = bench.sent('advertising');
    expect(calls.length).toBeGreaterThan(0);
    const from = { address: iut.address, type: 'public' };
    for (const call of calls) expect(call).toMatchObject({ from, to: directed });
    // 2. The tester connects to that address.
    await tester.connect(iut.address);
    const connection = await bench.run(incoming);
    expect(connection.device.address).toBe(tester.address);
    // 3. The upper tester ends the link.
    await bench.run(connection.disconnect());
    expect(tester.isConnected).toBe(false);
    await bench.verdict();
  },
);
