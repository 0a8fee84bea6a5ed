import { read, readResponse, write, writeResponse } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';

serverCase(
  'GATT/SR/GAW/BV-08-C',
  {
    file: 'src/gatt/server/descriptor.ts',
    from: 'write: accessRule(options.write)',
    to: 'write: undefined',
  },
  async ({ att }, { descriptor }) => {
    // 1. The tester writes a descriptor, and the server confirms it.
    await att.exchange(write(descriptor.handle, 'c0ffee'), writeResponse);
    // 2. It reads what it wrote.
    await att.exchange(read(descriptor.handle), readResponse('c0ffee'));
  },
);
