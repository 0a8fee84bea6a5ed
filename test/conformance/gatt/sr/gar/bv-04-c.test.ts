import { readBlob, readBlobResponse } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';
import { slice } from '../../../harness/pdu.ts';
import { LONG_VALUE } from '../../../harness/services.ts';

serverCase(
  'GATT/SR/GAR/BV-04-C',
  {
    file: 'src/gatt/server/server-read.ts',
    from: 'valueResponse(ReadBlobResponse, value.subarray(valueOffset), mtu)',
    to: 'valueResponse(ReadBlobResponse, value.subarray(0), mtu)',
  },
  async ({ att }, { long }) => {
    // 1. The tester reads a long value in parts from its beginning, each as long as an answer can be.
    for (const offset of [0, 22, 44]) {
      const part = slice(LONG_VALUE, offset, offset + 22);
      await att.exchange(readBlob(long.handle, offset), readBlobResponse(part));
    }
    // 2. A part that begins where the value ends is empty.
    await att.exchange(readBlob(long.handle, 60), readBlobResponse(''));
  },
);
