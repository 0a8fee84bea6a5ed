import { Code, error, Request, read } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';

serverCase(
  'GATT/SR/GAR/BI-02-C',
  {
    file: 'src/gatt/server/server-context.ts',
    from: 'if (attribute === undefined) throw refusal(context, AttErrorCode.invalidHandle, handle)',
    to: 'if (attribute === undefined) throw refusal(context, AttErrorCode.attributeNotFound, handle)',
  },
  async ({ att }, { invalidHandle }) => {
    // 1. The tester reads at a handle where nothing stands, and is refused.
    await att.exchange(read(invalidHandle), error(Request.read, invalidHandle, Code.invalidHandle));
  },
);
