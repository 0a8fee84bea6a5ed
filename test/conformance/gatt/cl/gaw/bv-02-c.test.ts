import { bytes, u16 } from '../../../harness/pdu.ts';
import { signedWrite, signingClientCase } from '../../../harness/signing.ts';

signingClientCase(
  'GATT/CL/GAW/BV-02-C',
  {
    file: 'src/gatt/client/client-signed-writes.ts',
    from: 'mtu - SIGNED_WRITE_OVERHEAD',
    to: 'mtu - 3',
  },
  async (bench, characteristic, csrk) => {
    // 1. The upper tester has a value written that is signed, over a link that is not encrypted; the tester gets it with its handle and a signature that is right.
    await bench.run(characteristic.write(bytes('c0ffee'), { signed: true }));
    await bench.att.expect(signedWrite(csrk, characteristic.handle, 'c0ffee', 0));
    // 2. A value that just fits ATT_MTU with its signature goes out whole; one that does not is refused to the upper tester.
    await bench.run(characteristic.write(bytes('0102030405060708')));
    await bench.att.expect(`d2${u16(characteristic.handle)}0102030405060708 ${'..'.repeat(12)}`);
    await bench.failure(characteristic.write(bytes('010203040506070809')));
  },
);
