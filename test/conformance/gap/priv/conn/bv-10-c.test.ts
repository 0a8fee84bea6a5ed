import { expect } from 'vitest';
import { ReportType } from '../../../harness/advertising.ts';
import { anyController, privateCase } from '../../../harness/private.ts';

privateCase(
  'GAP/PRIV/CONN/BV-10-C',
  'peripheral',
  {
    file: 'src/gap/privacy/shown-addresses.ts',
    from: 'const leftMs = this.#periodBeganMs + rotateMs - nowMs;',
    to: 'const leftMs = 1_000 * rotateMs;',
  },
  async (bench, friend) => {
    const { tester } = bench;
    // 1. The upper tester advertises to be connected to, and shows an address that the key of the bond tells.
    const incoming = bench.iut.advertise({ intervalMs: 500 });
    const first = await friend.hearsAdvertising(2_000);
    expect(first.to).toBeUndefined();
    // 2. A quarter of an hour later it is another, and one hour later another yet.
    const addresses = new Set([first.from.address]);
    for (const minutes of [15, 45]) {
      await bench.clock.advance(minutes * 60_000);
      addresses.add((await friend.hearsAdvertising(2_000)).from.address);
    }
    expect(addresses.size).toBe(3);
    // 3. The tester connects to the address that it hears, from a private one of its own, and is known.
    const { from } = await friend.hearsAdvertising(2_000);
    const [report] = await tester.hear(from.address, 1_000);
    expect(report?.type).toBe(ReportType.connectable);
    tester.hide();
    await tester.connect(from.address, from.type);
    const connection = await bench.run(incoming);
    expect(connection.device.address).toBe(tester.address);
    // 4. The tester ends the link.
    tester.disconnect();
    await bench.run(connection.disconnected());
  },
  anyController,
);
