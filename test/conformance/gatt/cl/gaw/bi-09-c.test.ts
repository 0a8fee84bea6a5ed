import {
  Code,
  cancelWrite,
  error,
  executeWrite,
  executeWriteResponse,
  Request,
} from '../../../harness/att.ts';
import { clientCase, expectRefused } from '../../../harness/client.ts';
import { bytes, ramp } from '../../../harness/pdu.ts';
import { expectPrepared } from '../../../harness/steps.ts';

clientCase(
  'GATT/CL/GAW/BI-09-C',
  {
    file: 'src/gatt/client/long-writes.ts',
    from: 'void this.#cancel(what, bearer).then(leave);',
    to: 'void this.#cancel(what, bearer).then(leave); return;',
  },
  async (bench, { characteristic }) => {
    const { handle } = characteristic;
    // 1. The upper tester has a value written that is longer than one request. The client prepares it, and the tester gives each part back.
    const written = characteristic.write(bytes(ramp(50)), { response: true });
    await expectPrepared(bench.att, handle, ramp(50));
    // 2. The client executes; the tester answers that an offset is behind the end of the value, and the upper tester learns that.
    await bench.att.expect(executeWrite);
    bench.att.send(error(Request.executeWrite, handle, Code.invalidOffset));
    await expectRefused(bench, written, Code.invalidOffset, handle);
    // 3. The client may clear the queue.
    await bench.att.optional(cancelWrite, executeWriteResponse);
  },
);
