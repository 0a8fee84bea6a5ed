import { Code, error, Request, readByType } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';

serverCase(
  'GATT/SR/GAR/BI-07-C',
  {
    file: 'src/gatt/server/server-read.ts',
    from: 'if (response.empty) throw refusal(context, AttErrorCode.attributeNotFound, startingHandle);',
    to: 'if (response.empty) throw refusal(context, AttErrorCode.attributeNotFound, startingHandle > 1 ? startingHandle : 0);',
  },
  async ({ att }) => {
    // 1. The tester reads by a UUID that the server does not have, in all of its handles, and is refused with the first of them.
    await att.exchange(
      readByType(0x0001, 0xffff, 0xbfff),
      error(Request.readByType, 0x0001, Code.attributeNotFound),
    );
  },
);
