import { bytes } from '../../../harness/pdu.ts';
import { signedWrite, signingClientCase } from '../../../harness/signing.ts';

signingClientCase(
  'SM/CEN/SIGN/BV-01-C',
  {
    file: 'src/smp/data-signing.ts',
    from: '.subarray(0, MAC_OCTETS)',
    to: '.subarray(MAC_OCTETS)',
  },
  async (bench, characteristic, csrk) => {
    // 1. The implementation under test sends data on a link that is not encrypted: signed with the key that it has given, and with the first counter.
    await bench.run(characteristic.write(bytes('0102'), { signed: true }));
    await bench.att.expect(signedWrite(csrk, characteristic.handle, '0102', 0));
  },
);
