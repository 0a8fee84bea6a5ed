import { error, Request, read } from '../../../harness/att.ts';
import { clientCase, expectRefused } from '../../../harness/client.ts';

clientCase(
  'GATT/CL/GAR/BI-35-C',
  {
    file: 'src/att/transaction-lane.ts',
    from: '`, status, handle)',
    to: '`, status === 0x0a ? status : 0x0e, handle)',
  },
  async (bench, { characteristic }) => {
    const { handle } = characteristic;
    // 1. The upper tester has a value read that is not for this transport, and the client asks by its handle.
    const value = characteristic.read();
    await bench.att.expect(read(handle));
    // 2. The tester answers with an error of the application, and the upper tester learns which.
    bench.att.send(error(Request.read, handle, 0x80));
    await expectRefused(bench, value, 0x80, handle);
  },
);
