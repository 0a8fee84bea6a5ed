import { Code, error, Request, readMultipleVariable } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';

serverCase(
  'GATT/SR/GAR/BI-40-C',
  {
    file: 'src/gatt/local-attribute.ts',
    from: 'if (error instanceof AttError)',
    to: 'if (error instanceof TypeError && error instanceof AttError)',
  },
  async ({ att }, { short, unauthorized }) => {
    // 1. The tester reads several values of which one needs an authorisation, and is refused with the handle of that one.
    att.send(readMultipleVariable(short.handle, unauthorized.handle));
    await att.expect(
      error(Request.readMultipleVariable, unauthorized.handle, Code.insufficientAuthorization),
    );
  },
);
