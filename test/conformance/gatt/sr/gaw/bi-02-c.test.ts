import { Code, error, Request, write } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';

serverCase(
  'GATT/SR/GAW/BI-02-C',
  {
    file: 'src/gatt/server/server-context.ts',
    from: 'if (attribute === undefined) throw refusal(context, AttErrorCode.invalidHandle, handle)',
    to: 'if (attribute === undefined) throw refusal(context, AttErrorCode.writeNotPermitted, handle)',
  },
  async ({ att }, { invalidHandle }) => {
    // 1. The tester writes at a handle where nothing stands, and is refused.
    await att.exchange(write(invalidHandle, '00'), error(Request.write, invalidHandle, Code.invalidHandle));
  },
);
