import { Code, error, Request, read } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';

serverCase(
  'GATT/SR/GAR/BI-04-C',
  {
    file: 'src/gatt/access.ts',
    from: 'return security.hasKey ?',
    to: 'return !security.hasKey ?',
  },
  async ({ att }, { unauthenticated }) => {
    // 1. The tester, which has not paired, reads a value that needs authentication, and is refused.
    const { handle } = unauthenticated;
    await att.exchange(read(handle), error(Request.read, handle, Code.insufficientAuthentication));
  },
);
