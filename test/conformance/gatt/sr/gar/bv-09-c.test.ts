import { readMultipleVariable } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';
import { slice } from '../../../harness/pdu.ts';
import { LONG_VALUE, SHORT_VALUE } from '../../../harness/services.ts';

serverCase(
  'GATT/SR/GAR/BV-09-C',
  {
    file: 'src/att/codec/response-list-writers.ts',
    from: 'writeU16(packet, at, value.length);',
    to: 'writeU16(packet, at, value.length + 2);',
  },
  async ({ att }, { short, readOnly, long }) => {
    // 1. The tester reads several values at once, and gets each behind its length.
    att.send(readMultipleVariable(readOnly.handle, short.handle));
    await att.expect(`21 0200 aa55 0500 ${SHORT_VALUE}`);
    // 2. Together longer than an answer, the last is cut at ATT_MTU - 1, and its length is that of the whole value.
    att.send(readMultipleVariable(short.handle, long.handle));
    await att.expect(`21 0500 ${SHORT_VALUE} 3c00 ${slice(LONG_VALUE, 0, 13)}`);
  },
);
