import { InvalidStateError } from 'jelling';
import { expect } from 'vitest';
import { privateCase } from '../../../harness/private.ts';

privateCase(
  'GAP/CONN/DCON/BV-05-C',
  'peripheral',
  {
    file: 'src/gap/advertising/directed-target.ts',
    from: 'if (bond.centralAddressResolution !== true) {',
    to: 'if (bond.centralAddressResolution === undefined) {',
  },
  async (bench, friend) => {
    const { tester, testerPeer } = bench;
    // 1. The upper tester advertises to everybody. The tester, which does not recognise itself, connects from a private address, and ends the link.
    const incoming = bench.iut.advertise({ intervalMs: 20 });
    const { from } = await friend.hearsAdvertising(100);
    tester.hide();
    await tester.connect(from.address, from.type);
    const connection = await bench.run(incoming);
    expect(connection.device.address).toBe(tester.address);
    tester.disconnect();
    await bench.run(connection.disconnected());
    await bench.clock.advance(0);
    bench.sent('advertising');
    // 2. The upper tester calls the tester by its identity. That is refused, and nothing is heard.
    const called = bench.iut.advertise({ directed: testerPeer });
    expect(await bench.failure(called)).toBeInstanceOf(InvalidStateError);
    await bench.clock.advance(1_000);
    expect(bench.sent('advertising')).toEqual([]);
  },
  // The tester says so, or has no such characteristic.
  [{ recognisesItself: 0 }, {}],
);
