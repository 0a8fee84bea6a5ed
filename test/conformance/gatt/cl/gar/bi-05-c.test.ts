import { Code, error, Request, read } from '../../../harness/att.ts';
import { expectRefused } from '../../../harness/client.ts';
import { encryptedClientCase } from '../../../harness/short-key.ts';

encryptedClientCase(
  'GATT/CL/GAR/BI-05-C',
  {
    file: 'src/att/transaction-lane.ts',
    from: '`, status, handle)',
    to: '`, status === 0x0a ? status : 0x0e, handle)',
  },
  async (bench, { characteristic }) => {
    const { handle } = characteristic;
    // 1. The upper tester has a value read over a link with a short key, and the client asks by its handle.
    const value = characteristic.read();
    await bench.att.expect(read(handle));
    // 2. The tester answers that it needs a longer key, and the upper tester learns that.
    bench.att.send(error(Request.read, handle, Code.keySizeTooShort));
    await expectRefused(bench, value, Code.keySizeTooShort, handle);
  },
);
