import { Code, error, Request, write } from '../../../harness/att.ts';
import { expectRefused } from '../../../harness/client.ts';
import { bytes } from '../../../harness/pdu.ts';
import { SHORT_VALUE } from '../../../harness/services.ts';
import { encryptedClientCase } from '../../../harness/short-key.ts';

encryptedClientCase(
  'GATT/CL/GAW/BI-06-C',
  {
    file: 'src/att/transaction-lane.ts',
    from: '`, status, handle)',
    to: '`, status === 0x0a ? status : 0x0e, handle)',
  },
  async (bench, { characteristic }) => {
    const { handle } = characteristic;
    // 1. The upper tester has a value written over a link with a short key, and the client sends it with its handle.
    const written = characteristic.write(bytes(SHORT_VALUE), { response: true });
    await bench.att.expect(write(handle, SHORT_VALUE));
    // 2. The tester answers that it needs a longer key, and the upper tester learns that.
    bench.att.send(error(Request.write, handle, Code.keySizeTooShort));
    await expectRefused(bench, written, Code.keySizeTooShort, handle);
  },
);
