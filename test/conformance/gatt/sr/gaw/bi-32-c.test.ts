import { Code, error, Request, read, readResponse, write } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';

serverCase(
  'GATT/SR/GAW/BI-32-C',
  {
    file: 'src/gatt/server/server-write.ts',
    from: 'if (length <= attribute.source.maxLength) return;',
    to: 'if (length <= 512) return;',
  },
  async ({ att }, { fixed }) => {
    // 1. The tester writes more octets than the value may have, and is refused; the value stays.
    const { handle } = fixed;
    await att.exchange(write(handle, '0102030405'), error(Request.write, handle, Code.invalidLength));
    await att.exchange(read(handle), readResponse('f0f1f2f3'));
  },
);
