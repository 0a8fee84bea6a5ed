import { expect } from 'vitest';
import { complete, exchangeFeatures, keySizes, pairingCase } from '../../../harness/legacy-cases.ts';
import { Auth, Keys } from '../../../harness/smp.ts';

pairingCase(
  'SM/CEN/EKS/BV-01-C',
  {
    file: 'src/smp/pairing/authentication-states.ts',
    from: 'shortened(key, keySize)',
    to: 'shortened(key, keySize === 8 ? 16 : keySize)',
  },
  async (bench, keySize) => {
    // 1. The upper tester pairs, and takes keys of so many octets or more.
    // 2. The tester has keys of so many octets and no more.
    const features = { auth: Auth.bonding, keySize, responderKeys: Keys.enc };
    const pairing = await exchangeFeatures(bench, { mitm: false, minKeySize: keySize }, features);
    // 3. Both do phase 2, and the link is encrypted with a key of that size.
    const { own } = await complete(bench, pairing);
    expect(bench.connection.security.keySize).toBe(keySize);
    // 4. to 6. The tester ends the link, and the upper tester connects again.
    bench.tester.longTermKey = own.ltk;
    await bench.reconnectToTester();
    // 7. and 8. The upper tester has the link encrypted: with the long-term key.
    await bench.run(bench.connection.encrypt());
    expect(bench.tester.keyRequests.at(-1)).toEqual({ ediv: own.ediv, rand: own.rand });
    expect(bench.connection.security).toMatchObject({ encrypted: true, keySize });
  },
  keySizes,
);
