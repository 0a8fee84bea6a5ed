import { bytes } from '../../../harness/pdu.ts';
import { signedWrite, signingClientCase } from '../../../harness/signing.ts';

signingClientCase(
  'GAP/SEC/CSIGN/BV-01-C',
  {
    file: 'src/gap/link/link-signing.ts',
    from: 'localSigningKey: afterCounter(key, key.counter)',
    to: 'localSigningKey: key',
  },
  async (bench, characteristic, csrk) => {
    // 1. The upper tester asks for a service that needs data signed, twice; each request comes with the MAC and the counter that it must have.
    for (const counter of [0, 1]) {
      await bench.run(characteristic.write(bytes('0102')));
      await bench.att.expect(signedWrite(csrk, characteristic.handle, '0102', counter));
    }
  },
);
