import {
  cancelWrite,
  executeWrite,
  executeWriteResponse,
  prepareWrite,
  prepareWriteResponse,
  read,
  readResponse,
} from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';
import { SHORT_VALUE } from '../../../harness/services.ts';

serverCase(
  'GATT/SR/GAW/BV-07-C',
  {
    file: 'src/gatt/server/server-write.ts',
    from: 'if (flags === CANCEL) return',
    to: 'if (flags > EXECUTE) return',
  },
  async ({ att }, { short }) => {
    // 1. The tester prepares a value, and it comes back as it was.
    await att.exchange(
      prepareWrite(short.handle, 0, 'c0ffee'),
      prepareWriteResponse(short.handle, 0, 'c0ffee'),
    );
    // 2. It cancels what it has prepared, and the server confirms it.
    await att.exchange(cancelWrite, executeWriteResponse);
    // 3. The value is what it was.
    await att.exchange(read(short.handle), readResponse(SHORT_VALUE));
    // 4. Nothing is left to execute.
    await att.exchange(executeWrite, executeWriteResponse);
    await att.exchange(read(short.handle), readResponse(SHORT_VALUE));
  },
);
