import { Code, error, Request, readBlob } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';

serverCase(
  'GATT/SR/GAR/BI-16-C',
  {
    file: 'src/gatt/access.ts',
    from: 'if (rule === openAccess || !needsEncryption(rule)) return ALLOWED;',
    to: 'if (rule === openAccess || needsEncryption(rule)) return ALLOWED;',
  },
  async ({ att }, { unauthenticated }) => {
    // 1. The tester, which has not paired, reads a part of a value that needs authentication, and is refused.
    const { handle } = unauthenticated;
    await att.exchange(readBlob(handle, 0), error(Request.readBlob, handle, Code.insufficientAuthentication));
  },
);
