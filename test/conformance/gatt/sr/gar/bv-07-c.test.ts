import { readBlob, readBlobResponse } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';
import { slice } from '../../../harness/pdu.ts';
import { LONG_VALUE } from '../../../harness/services.ts';

serverCase(
  'GATT/SR/GAR/BV-07-C',
  {
    file: 'src/gatt/server/server-read.ts',
    from: 'valueResponse(ReadBlobResponse, value.subarray(valueOffset), mtu)',
    to: 'valueResponse(ReadBlobResponse, value.subarray(valueOffset), mtu - 1)',
  },
  async ({ att }, { longDescriptor }) => {
    // 1. The tester reads a long descriptor in parts from its beginning; only the last one is shorter than an answer can be.
    for (const offset of [0, 22, 44]) {
      const part = slice(LONG_VALUE, offset, offset + 22);
      await att.exchange(readBlob(longDescriptor.handle, offset), readBlobResponse(part));
    }
  },
);
