import { Code, error, Request, readBlob } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';

serverCase(
  'GATT/SR/GAR/BI-13-C',
  {
    file: 'src/gatt/server/server-read.ts',
    from: 'if (valueOffset > value.length)',
    to: 'if (valueOffset > 512)',
  },
  async ({ att }, { long }) => {
    // 1. The tester reads a part that begins behind the end of the value, and is refused.
    const { handle } = long;
    await att.exchange(readBlob(handle, 61), error(Request.readBlob, handle, Code.invalidOffset));
  },
);
