import { read, readResponse } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';
import { slice } from '../../../harness/pdu.ts';
import { LONG_VALUE } from '../../../harness/services.ts';

serverCase(
  'GATT/SR/GAR/BV-06-C',
  {
    file: 'src/gatt/server/descriptor.ts',
    from: 'read: accessRule(options.read)',
    to: 'read: undefined',
  },
  async ({ att }, { descriptor, longDescriptor }) => {
    // 1. The tester reads a descriptor by its handle.
    await att.exchange(read(descriptor.handle), readResponse('64657363'));
    // 2. Of one that is longer than an answer it gets the first ATT_MTU - 1 octets.
    await att.exchange(read(longDescriptor.handle), readResponse(slice(LONG_VALUE, 0, 22)));
  },
);
