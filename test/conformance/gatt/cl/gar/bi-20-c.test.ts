import { Code, error, Request, readMultiple } from '../../../harness/att.ts';
import { clientCase, expectRefused } from '../../../harness/client.ts';

clientCase(
  'GATT/CL/GAR/BI-20-C',
  {
    file: 'src/att/transaction-lane.ts',
    from: '`, status, handle)',
    to: '`, status === 0x0a ? status : 0x0e, handle)',
  },
  async (bench, { both, characteristic: { handle } }) => {
    // 1. The upper tester has two values of known lengths read at once, and the client asks by their handles.
    const values = bench.connection.readMultiple(both, { lengths: [2, 5] });
    await bench.att.expect(readMultiple(...both.map((each) => each.handle)));
    // 2. The tester answers that the second needs an authorisation, and the upper tester learns that.
    bench.att.send(error(Request.readMultiple, handle, Code.insufficientAuthorization));
    await expectRefused(bench, values, Code.insufficientAuthorization, handle);
  },
);
