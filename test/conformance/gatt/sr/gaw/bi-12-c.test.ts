import { Code, error, prepareWrite, Request } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';

serverCase(
  'GATT/SR/GAW/BI-12-C',
  {
    file: 'src/gatt/access.ts',
    from: 'if (rule === openAccess || !needsEncryption(rule)) return ALLOWED;',
    to: 'if (rule === openAccess || needsEncryption(rule)) return ALLOWED;',
  },
  async ({ att }, { unauthenticated }) => {
    // 1. The tester, which has not paired, prepares a part of a value that needs authentication, and is refused.
    const { handle } = unauthenticated;
    att.send(prepareWrite(handle, 0, 'bb'));
    await att.expect(error(Request.prepareWrite, handle, Code.insufficientAuthentication));
  },
);
