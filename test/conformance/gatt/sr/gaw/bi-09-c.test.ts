import { expect } from 'vitest';
import {
  Code,
  error,
  executeWrite,
  prepareWrite,
  prepareWriteResponse,
  Request,
} from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';
import { hex } from '../../../harness/pdu.ts';
import { LONG_VALUE } from '../../../harness/services.ts';

serverCase(
  'GATT/SR/GAW/BI-09-C',
  {
    file: 'src/gatt/server/server-write.ts',
    from: 'if (offset > value.length) throw',
    to: 'if (offset > 512) throw',
  },
  async ({ att }, { long }) => {
    // 1. The tester prepares a part that begins behind the end of the value, and it comes back as it was.
    const { handle } = long;
    await att.exchange(prepareWrite(handle, 61, 'abcd'), prepareWriteResponse(handle, 61, 'abcd'));
    // 2. It executes, and is refused with that handle; the value stays.
    await att.exchange(executeWrite, error(Request.executeWrite, handle, Code.invalidOffset));
    expect(hex(long.read())).toBe(LONG_VALUE);
  },
);
