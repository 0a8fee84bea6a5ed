import { expect } from 'vitest';
import {
  executeWrite,
  executeWriteResponse,
  prepareWrite,
  prepareWriteResponse,
} from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';
import { hex } from '../../../harness/pdu.ts';

serverCase(
  'GATT/SR/GAW/BV-06-C',
  {
    file: 'src/gatt/server/server-write.ts',
    from: 'for (const { attribute, value } of values) attribute.source.commit',
    to: 'for (const { attribute, value } of values.slice(1)) attribute.source.commit',
  },
  async ({ att }, { short }) => {
    // 1. The tester prepares a whole value in one part, and it comes back as it was.
    await att.exchange(
      prepareWrite(short.handle, 0, 'c0ffee'),
      prepareWriteResponse(short.handle, 0, 'c0ffee'),
    );
    // 2. It executes, and the value is written.
    await att.exchange(executeWrite, executeWriteResponse);
    expect(hex(short.read())).toBe('c0ffee');
  },
);
