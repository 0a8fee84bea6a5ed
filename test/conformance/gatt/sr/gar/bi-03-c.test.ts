import { Code, error, Request, read } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';

serverCase(
  'GATT/SR/GAR/BI-03-C',
  {
    file: 'src/gatt/server/local-attribute.ts',
    from: 'AttErrorCode.insufficientAuthorization',
    to: 'AttErrorCode.unlikelyError',
  },
  async ({ att }, { unauthorized }) => {
    // 1. The tester reads a value that needs an authorisation which nobody has given, and is refused.
    const { handle } = unauthorized;
    await att.exchange(read(handle), error(Request.read, handle, Code.insufficientAuthorization));
  },
);
