import { expect } from 'vitest';
import { Code, error, Request, write } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';
import { hex } from '../../../harness/pdu.ts';

serverCase(
  'GATT/SR/GAW/BI-03-C',
  {
    file: 'src/gatt/server/characteristic-options.ts',
    from: 'write: accessRule(options.write)',
    to: 'write: accessRule(true)',
  },
  async ({ att }, { readOnly }) => {
    // 1. The tester writes a value that may not be written, and is refused; the value stays.
    const { handle } = readOnly;
    await att.exchange(write(handle, 'bb'), error(Request.write, handle, Code.writeNotPermitted));
    expect(hex(readOnly.read())).toBe('aa55');
  },
);
