import {
  Code,
  cancelWrite,
  error,
  executeWriteResponse,
  prepareWrite,
  Request,
} from '../../../harness/att.ts';
import { expectRefused } from '../../../harness/client.ts';
import { bytes, ramp } from '../../../harness/pdu.ts';
import { encryptedClientCase } from '../../../harness/short-key.ts';

encryptedClientCase(
  'GATT/CL/GAW/BI-13-C',
  {
    file: 'src/gatt/client/long-writes.ts',
    from: 'void this.#cancel(what, bearer).then(leave);',
    to: 'void this.#cancel(what, bearer).then(leave); return;',
  },
  async (bench, { characteristic }) => {
    const { handle } = characteristic;
    // 1. The upper tester has a value written that is longer than one request over a link with a short key, and the client prepares the first part.
    const written = characteristic.write(bytes(ramp(50)), { response: true });
    await bench.att.expect(prepareWrite(handle, 0, ramp(18)));
    // 2. The tester answers that it needs a longer key, and the upper tester learns that.
    bench.att.send(error(Request.prepareWrite, handle, Code.keySizeTooShort));
    await expectRefused(bench, written, Code.keySizeTooShort, handle);
    // 3. The client sends no further part; it may clear the queue.
    await bench.att.optional(cancelWrite, executeWriteResponse);
  },
);
