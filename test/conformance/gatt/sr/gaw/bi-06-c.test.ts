import { expect } from 'vitest';
import { Code, error, Request, write } from '../../../harness/att.ts';
import { hex } from '../../../harness/pdu.ts';
import { shortKeyServerCase } from '../../../harness/short-key.ts';

shortKeyServerCase(
  'GATT/SR/GAW/BI-06-C',
  {
    file: 'src/gatt/access.ts',
    from: 'if (security.keySize < (rule.minKeySize ?? 0))',
    to: 'if (security.keySize > (rule.minKeySize ?? 0))',
  },
  async ({ att }, { guarded }) => {
    // 1. The tester writes a value over a link whose key is shorter than it needs, and is refused; the value stays.
    const { handle } = guarded;
    await att.exchange(write(handle, 'bb'), error(Request.write, handle, Code.keySizeTooShort));
    expect(hex(guarded.read())).toBe('cafe');
  },
);
