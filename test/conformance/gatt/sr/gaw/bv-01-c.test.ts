import { expect } from 'vitest';
import { read, readResponse, writeCommand } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';
import { hex } from '../../../harness/pdu.ts';

serverCase(
  'GATT/SR/GAW/BV-01-C',
  {
    file: 'src/gatt/server/server-write.ts',
    from: "find(context, attributeHandle, 'writeCommand')",
    to: "find(context, attributeHandle, 'write')",
  },
  async ({ att }, { command }) => {
    // 1. The tester writes without asking for an answer, and gets none.
    att.send(writeCommand(command.handle, 'c0ffee'));
    await att.silent();
    // 2. The value is there: the upper tester has it, and the tester reads it.
    expect(hex(command.read())).toBe('c0ffee');
    await att.exchange(read(command.handle), readResponse('c0ffee'));
  },
);
