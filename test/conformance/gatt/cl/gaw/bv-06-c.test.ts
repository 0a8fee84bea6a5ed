import {
  executeWrite,
  executeWriteResponse,
  prepareWrite,
  prepareWriteResponse,
} from '../../../harness/att.ts';
import { bytes } from '../../../harness/pdu.ts';
import { SHORT_VALUE } from '../../../harness/services.ts';
import { encryptedClientCase } from '../../../harness/short-key.ts';

encryptedClientCase(
  'GATT/CL/GAW/BV-06-C',
  {
    file: 'src/gatt/client/long-writes.ts',
    from: '{ flags: ExecuteFlags.write }',
    to: '{ flags: ExecuteFlags.cancel }',
  },
  async (bench, { characteristic }) => {
    const { handle } = characteristic;
    // 1. The upper tester has a value written reliably over an encrypted link, and the client prepares it whole.
    const written = bench.connection.writeReliably([[characteristic, bytes(SHORT_VALUE)]]);
    await bench.att.expect(prepareWrite(handle, 0, SHORT_VALUE));
    // 2. The tester gives it back as it was, and the client has it written.
    bench.att.send(prepareWriteResponse(handle, 0, SHORT_VALUE));
    await bench.att.expect(executeWrite);
    // 3. The tester confirms it, and the upper tester learns that.
    bench.att.send(executeWriteResponse);
    await bench.run(written);
  },
  16,
);
