import { read, readResponse } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';
import { slice } from '../../../harness/pdu.ts';
import { LONG_VALUE, SHORT_VALUE } from '../../../harness/services.ts';

serverCase(
  'GATT/SR/GAR/BV-01-C',
  {
    file: 'src/gatt/server/server-read.ts',
    from: 'valueResponse(ReadResponse, value, mtu)',
    to: 'valueResponse(ReadResponse, value, mtu - 1)',
  },
  async ({ att }, { short, long }) => {
    // 1. The tester reads a value by its handle, and gets it whole.
    await att.exchange(read(short.handle), readResponse(SHORT_VALUE));
    // 2. It reads one that is longer than an answer, and gets the first ATT_MTU - 1 octets.
    await att.exchange(read(long.handle), readResponse(slice(LONG_VALUE, 0, 22)));
  },
);
