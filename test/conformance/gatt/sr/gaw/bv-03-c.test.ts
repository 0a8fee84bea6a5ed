import { read, readResponse, write, writeResponse } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';

serverCase(
  'GATT/SR/GAW/BV-03-C',
  {
    file: 'src/gatt/server/local-attribute.ts',
    from: 'this.#value.adopt(bytes);',
    to: 'this.#value.adopt(bytes.slice(1));',
  },
  async ({ att }, { short }) => {
    // 1. The tester writes a value, and the server confirms it.
    await att.exchange(write(short.handle, 'c0ffee'), writeResponse);
    // 2. It reads the value that it wrote.
    await att.exchange(read(short.handle), readResponse('c0ffee'));
  },
);
