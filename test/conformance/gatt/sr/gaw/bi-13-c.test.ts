import { Code, error, prepareWrite, Request } from '../../../harness/att.ts';
import { shortKeyServerCase } from '../../../harness/short-key.ts';

shortKeyServerCase(
  'GATT/SR/GAW/BI-13-C',
  {
    file: 'src/gatt/access.ts',
    from: 'if (security.keySize < (rule.minKeySize ?? 0))',
    to: 'if (security.keySize > (rule.minKeySize ?? 0))',
  },
  async ({ att }, { guarded }) => {
    // 1. The tester prepares a part of a value over a link whose key is shorter than it needs, and is refused.
    const { handle } = guarded;
    att.send(prepareWrite(handle, 0, 'bb'));
    await att.expect(error(Request.prepareWrite, handle, Code.keySizeTooShort));
  },
);
