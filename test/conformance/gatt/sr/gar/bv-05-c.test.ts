import { readMultiple } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';
import { slice } from '../../../harness/pdu.ts';
import { LONG_VALUE, SHORT_VALUE } from '../../../harness/services.ts';

serverCase(
  'GATT/SR/GAR/BV-05-C',
  { file: 'src/gatt/server/server-read.ts', from: 'at += value.length;', to: 'at = value.length;' },
  async ({ att }, { short, readOnly, long }) => {
    // 1. The tester reads several values at once, and gets them one behind the other in the order of its handles.
    const all = readMultiple(readOnly.handle, short.handle, readOnly.handle);
    await att.exchange(all, `0f aa55 ${SHORT_VALUE} aa55`);
    // 2. Together longer than an answer, they are cut at ATT_MTU - 1.
    await att.exchange(
      readMultiple(short.handle, long.handle),
      `0f ${SHORT_VALUE} ${slice(LONG_VALUE, 0, 17)}`,
    );
  },
);
