import { Code, error, Request, readMultipleVariable } from '../../../harness/att.ts';
import { expectRefused } from '../../../harness/client.ts';
import { encryptedClientCase } from '../../../harness/short-key.ts';

encryptedClientCase(
  'GATT/CL/GAR/BI-44-C',
  {
    file: 'src/att/transaction-lane.ts',
    from: '`, status, handle)',
    to: '`, status === 0x0a ? status : 0x0e, handle)',
  },
  async (bench, { both, characteristic: { handle } }) => {
    // 1. The upper tester has two values read at once over a link with a short key, and the client asks by their handles.
    const values = bench.connection.readMultiple(both);
    await bench.att.expect(readMultipleVariable(...both.map((each) => each.handle)));
    // 2. The tester answers that the second needs a longer key, and the upper tester learns that.
    bench.att.send(error(Request.readMultipleVariable, handle, Code.keySizeTooShort));
    await expectRefused(bench, values, Code.keySizeTooShort, handle);
  },
);
