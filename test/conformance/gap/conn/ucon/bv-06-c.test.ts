import { expect } from 'vitest';
import { ReportType } from '../../../harness/advertising.ts';
import { anyController, privateCase } from '../../../harness/private.ts';

privateCase(
  'GAP/CONN/UCON/BV-06-C',
  'peripheral',
  {
    file: 'src/gap/privacy/shown-addresses.ts',
    from: 'resolvableAddressFrom(irk, randomBytes(3))',
    to: 'resolvableAddressFrom(randomBytes(16), randomBytes(3))',
  },
  async (bench, friend) => {
    const { tester } = bench;
    // 1. The upper tester advertises to be connected to by anybody. Every event shows one address that the key of the bond tells.
    const incoming = bench.iut.advertise({ intervalMs: 500 });
    const before = await friend.hearsAdvertising(2_000);
    expect(before.to).toBeUndefined();
    // 2. When a private address has had its time, it is another one.
    await bench.clock.advance(15 * 60_000);
    const { from } = await friend.hearsAdvertising(2_000);
    expect(from.address).not.toBe(before.from.address);
    const [report] = await tester.hear(from.address, 1_000);
    expect(report?.type).toBe(ReportType.connectable);
    // 3. The tester connects to it, and ends the link.
    await tester.connect(from.address, from.type);
    const connection = await bench.run(incoming);
    tester.disconnect();
    await bench.run(connection.disconnected());
  },
  anyController,
);
