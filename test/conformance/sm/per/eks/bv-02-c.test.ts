import { expect } from 'vitest';
import { complete, exchangeFeatures, keySizes, pairingCase } from '../../../harness/legacy-cases.ts';
import { Auth, Keys } from '../../../harness/smp.ts';

pairingCase(
  'SM/PER/EKS/BV-02-C',
  {
    file: 'src/smp/pairing/distribution.ts',
    from: 'const longTermKey = shortened(ltk, keySize)',
    to: 'const longTermKey = ltk',
  },
  async (bench, keySize) => {
    // 1. and 2. The tester pairs and has keys of so many octets and no more, which is enough for the implementation under test.
    const features = { auth: Auth.bonding, keySize, responderKeys: Keys.enc };
    const pairing = await exchangeFeatures(bench, { mitm: false, minKeySize: keySize }, features);
    // 3. Both do phase 2, and the tester encrypts the link with a key of that size.
    const { iut } = await complete(bench, pairing);
    expect(bench.connection.security.keySize).toBe(keySize);
    // 4. and 5. The tester ends the link and makes another.
    await bench.reconnectFromTester();
    // 6. and 7. It encrypts that with as many octets of the long-term key.
    const ltk = pairing.tester.shorten(iut.ltk ?? '');
    expect(await bench.tester.encrypt(ltk, iut.ediv, iut.rand)).toBe(0);
    expect(bench.connection.security).toMatchObject({ encrypted: true, keySize });
  },
  keySizes,
);
