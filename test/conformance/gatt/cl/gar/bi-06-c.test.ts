import { Code, error, Request, readByType } from '../../../harness/att.ts';
import { clientCase, expectRefused } from '../../../harness/client.ts';

clientCase(
  'GATT/CL/GAR/BI-06-C',
  {
    file: 'src/att/transaction-lane.ts',
    from: '`, status, handle)',
    to: '`, status === 0x0a ? status : 0x0e, handle)',
  },
  async (bench, { characteristic: { service, handle } }) => {
    // 1. The upper tester has the values of a UUID read in a service, and the client asks for them in its range.
    const values = service.readByUuid(0xb001);
    await bench.att.expect(readByType(service.handle, service.endHandle, 0xb001));
    // 2. The tester answers that the value may not be read, and the upper tester learns that.
    bench.att.send(error(Request.readByType, handle, Code.readNotPermitted));
    await expectRefused(bench, values, Code.readNotPermitted, handle);
  },
);
