import {
  Code,
  cancelWrite,
  error,
  executeWriteResponse,
  prepareWrite,
  Request,
} from '../../../harness/att.ts';
import { clientCase, expectRefused } from '../../../harness/client.ts';
import { bytes, ramp } from '../../../harness/pdu.ts';

clientCase(
  'GATT/CL/GAW/BI-07-C',
  {
    file: 'src/gatt/client/long-writes.ts',
    from: 'void this.#cancel(what, bearer).then(leave);',
    to: 'void this.#cancel(what, bearer).then(leave); return;',
  },
  async (bench, { characteristic }) => {
    const { handle } = characteristic;
    // 1. The upper tester has a value written that is longer than one request, and the client prepares the first part.
    const written = characteristic.write(bytes(ramp(50)), { response: true });
    await bench.att.expect(prepareWrite(handle, 0, ramp(18)));
    // 2. The tester answers that the handle is invalid, and the upper tester learns that.
    bench.att.send(error(Request.prepareWrite, handle, Code.invalidHandle));
    await expectRefused(bench, written, Code.invalidHandle, handle);
    // 3. The client sends no further part; it may clear the queue.
    await bench.att.optional(cancelWrite, executeWriteResponse);
  },
);
