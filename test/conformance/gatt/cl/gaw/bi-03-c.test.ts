import { Code, error, Request, write } from '../../../harness/att.ts';
import { clientCase, expectRefused } from '../../../harness/client.ts';
import { bytes } from '../../../harness/pdu.ts';
import { SHORT_VALUE } from '../../../harness/services.ts';

clientCase(
  'GATT/CL/GAW/BI-03-C',
  {
    file: 'src/att/transaction-lane.ts',
    from: '`, status, handle)',
    to: '`, status === 0x0a ? status : 0x0e, handle)',
  },
  async (bench, { characteristic }) => {
    const { handle } = characteristic;
    // 1. The upper tester has a value written, and the client sends it with its handle.
    const written = characteristic.write(bytes(SHORT_VALUE), { response: true });
    await bench.att.expect(write(handle, SHORT_VALUE));
    // 2. The tester answers that it may not be written, and the upper tester learns that.
    bench.att.send(error(Request.write, handle, Code.writeNotPermitted));
    await expectRefused(bench, written, Code.writeNotPermitted, handle);
  },
);
