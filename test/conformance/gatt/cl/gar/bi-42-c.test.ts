import { Code, error, Request, readMultipleVariable } from '../../../harness/att.ts';
import { clientCase, expectRefused } from '../../../harness/client.ts';

clientCase(
  'GATT/CL/GAR/BI-42-C',
  {
    file: 'src/att/transaction-lane.ts',
    from: '`, status, handle)',
    to: '`, status === 0x0a ? status : 0x0e, handle)',
  },
  async (bench, { both, characteristic: { handle } }) => {
    // 1. The upper tester has two values read at once, and the client asks by their handles.
    const values = bench.connection.readMultiple(both);
    await bench.att.expect(readMultipleVariable(...both.map((each) => each.handle)));
    // 2. The tester answers that the second needs authentication, and the upper tester learns that.
    bench.att.send(error(Request.readMultipleVariable, handle, Code.insufficientAuthentication));
    await expectRefused(bench, values, Code.insufficientAuthentication, handle);
  },
);
