import { read, readResponse, writeCommand } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';

serverCase(
  'GATT/SR/GAW/BI-39-C',
  {
    file: 'src/gatt/server/server-write.ts',
    from: 'if (length <= attribute.source.maxLength) return;',
    to: 'if (length <= 512) return;',
  },
  async ({ att }, { fixed }) => {
    // 1. The tester reads the value, then writes more octets than it may have and asks for no answer.
    await att.exchange(read(fixed.handle), readResponse('f0f1f2f3'));
    att.send(writeCommand(fixed.handle, '0102030405'));
    await att.silent();
    // 2. The value is what it was.
    await att.exchange(read(fixed.handle), readResponse('f0f1f2f3'));
  },
);
