import { TimeoutError } from 'jelling';
import { expect } from 'vitest';
import { anyController, privateCase } from '../../../harness/private.ts';
import { privateAddress, randomOctets } from '../../../harness/smp-crypto.ts';

privateCase(
  'GAP/PRIV/CONN/BV-11-C',
  'central',
  {
    file: 'src/gap/privacy/shown-addresses.ts',
    from: 'resolvableAddressFrom(irk, randomBytes(3))',
    to: 'resolvableAddressFrom(randomBytes(16), randomBytes(3))',
  },
  async (bench, friend) => {
    const { tester } = bench;
    const initiators = new Set<string>();
    for (let round = 0; round < 2; round++) {
      // 1. The tester advertises under a new private address of its own.
      const address = friend.advertises();
      // 2. The upper tester connects to the tester, and does so from a private address that the key of the bond tells.
      const connecting = bench.iut.device(tester.address).connect({ exchangeMtu: false });
      const connection = await bench.run(connecting);
      initiators.add(friend.wasConnectedTo(address));
      expect(connection.device.address).toBe(tester.address);
      // 3. The tester ends the link. The next one comes after the address of the implementation under test has had its time.
      tester.disconnect();
      await bench.run(connection.disconnected());
      await bench.clock.advance(15 * 60_000);
    }
    expect(initiators.size).toBe(2);
    // 4. The tester advertises under an address that is made with another key. The upper tester tries to connect, and no request comes.
    tester.hide(privateAddress(randomOctets(16)));
    tester.advertise();
    const attempt = bench.iut.device(tester.address).connect({ timeoutMs: 10_000 });
    expect(await bench.failure(attempt)).toBeInstanceOf(TimeoutError);
    expect(bench.sent('connectRequest')).toEqual([]);
  },
  anyController,
);
