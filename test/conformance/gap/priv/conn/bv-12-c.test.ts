import { expect } from 'vitest';
import { anyController, privateCase } from '../../../harness/private.ts';
import { privateAddress, randomOctets } from '../../../harness/smp-crypto.ts';

privateCase(
  'GAP/PRIV/CONN/BV-12-C',
  'peripheral',
  {
    file: 'src/gap/privacy/peer-identities.ts',
    from: 'this.#resolvable.find(({ hash }) => isMadeWith(hash, address))',
    to: 'this.#resolvable.find(({ hash }) => hash !== undefined)',
  },
  async (bench, friend) => {
    const { tester } = bench;
    // 1. The upper tester advertises to be connected to.
    const incoming = bench.iut.advertise({ intervalMs: 20 });
    const { from } = await friend.hearsAdvertising(100);
    // 2. The tester connects from a private address that no bond tells.
    const address = tester.hide(privateAddress(randomOctets(16)));
    await tester.connect(from.address, from.type);
    // 3. The link is accepted, as that with a stranger.
    const connection = await bench.run(incoming);
    expect(connection.device).toMatchObject({ address, addressType: 'random', bond: undefined });
    expect(connection.security).toMatchObject({ encrypted: false, bonded: false });
    expect(tester.isConnected).toBe(true);
  },
  anyController,
);
