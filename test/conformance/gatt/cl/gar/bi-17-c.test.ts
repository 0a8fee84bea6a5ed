import { Code, error, Request, read, readBlob, readResponse } from '../../../harness/att.ts';
import { expectRefused } from '../../../harness/client.ts';
import { ramp } from '../../../harness/pdu.ts';
import { encryptedClientCase } from '../../../harness/short-key.ts';

encryptedClientCase(
  'GATT/CL/GAR/BI-17-C',
  {
    file: 'src/att/transaction-lane.ts',
    from: '`, status, handle)',
    to: '`, status === 0x0a ? status : 0x0e, handle)',
  },
  async (bench, { characteristic }) => {
    const { handle } = characteristic;
    // 1. The upper tester has a value read whose length nobody knows over a link with a short key, and the client reads its beginning.
    const first = characteristic.read();
    await bench.att.expect(read(handle));
    // 2. The tester answers that it needs a longer key, and the upper tester learns that.
    bench.att.send(error(Request.read, handle, Code.keySizeTooShort));
    await expectRefused(bench, first, Code.keySizeTooShort, handle);
    // 3. So it does where the beginning was answered and the next part is refused: no value is given that is not whole.
    const second = characteristic.read();
    await bench.att.expect(read(handle));
    bench.att.send(readResponse(ramp(22)));
    await bench.att.expect(readBlob(handle, 22));
    bench.att.send(error(Request.readBlob, handle, Code.keySizeTooShort));
    await expectRefused(bench, second, Code.keySizeTooShort, handle);
  },
);
