import { Code, error, Request, read, readBlob, readResponse } from '../../../harness/att.ts';
import { clientCase, expectRefused } from '../../../harness/client.ts';
import { ramp } from '../../../harness/pdu.ts';

clientCase(
  'GATT/CL/GAR/BI-13-C',
  {
    file: 'src/att/transaction-lane.ts',
    from: '`, status, handle)',
    to: '`, status === 0x0a ? status : 0x0e, handle)',
  },
  async (bench, { characteristic }) => {
    const { handle } = characteristic;
    // 1. The upper tester has a value read whose length nobody knows, and the client reads its beginning, then on from there.
    const value = characteristic.read();
    await bench.att.expect(read(handle));
    bench.att.send(readResponse(ramp(22)));
    await bench.att.expect(readBlob(handle, 22));
    // 2. The tester answers that the offset is behind the end of the value, and the upper tester learns that.
    bench.att.send(error(Request.readBlob, handle, Code.invalidOffset));
    await expectRefused(bench, value, Code.invalidOffset, handle);
  },
);
