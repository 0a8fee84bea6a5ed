import { Code, error, Request, readBlob } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';

serverCase(
  'GATT/SR/GAR/BI-14-C',
  {
    file: 'src/gatt/server/server-context.ts',
    from: 'refusal(context, AttErrorCode.invalidHandle, handle)',
    to: 'refusal(context, AttErrorCode.invalidHandle, 0)',
  },
  async ({ att }, { invalidHandle }) => {
    // 1. The tester reads a part at a handle where nothing stands, and is refused.
    await att.exchange(
      readBlob(invalidHandle, 0),
      error(Request.readBlob, invalidHandle, Code.invalidHandle),
    );
  },
);
