import { Code, error, Request, read } from '../../../harness/att.ts';
import { clientCase, expectRefused } from '../../../harness/client.ts';

clientCase(
  'GATT/CL/GAR/BI-01-C',
  {
    file: 'src/att/transaction-lane.ts',
    from: '`, status, handle)',
    to: '`, status === 0x0a ? status : 0x0e, handle)',
  },
  async (bench, { characteristic }) => {
    const { handle } = characteristic;
    // 1. The upper tester has a value read, and the client asks by its handle.
    const value = characteristic.read();
    await bench.att.expect(read(handle));
    // 2. The tester answers that the handle is invalid, and the upper tester learns that.
    bench.att.send(error(Request.read, handle, Code.invalidHandle));
    await expectRefused(bench, value, Code.invalidHandle, handle);
  },
);
