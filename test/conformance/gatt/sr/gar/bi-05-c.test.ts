import { Code, error, Request, read } from '../../../harness/att.ts';
import { shortKeyServerCase } from '../../../harness/short-key.ts';

shortKeyServerCase(
  'GATT/SR/GAR/BI-05-C',
  {
    file: 'src/gatt/access.ts',
    from: 'if (security.keySize < (rule.minKeySize ?? 0))',
    to: 'if (security.keySize > (rule.minKeySize ?? 0))',
  },
  async ({ att }, { guarded }) => {
    // 1. The tester reads a value over a link whose key is shorter than it needs, and is refused.
    const { handle } = guarded;
    await att.exchange(read(handle), error(Request.read, handle, Code.keySizeTooShort));
  },
);
