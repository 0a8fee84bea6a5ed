import { readMultipleVariable } from '../../../harness/att.ts';
import { enhancedServerCase } from '../../../harness/eatt.ts';
import { size, u16 } from '../../../harness/pdu.ts';
import { LONG_VALUE, SHORT_VALUE } from '../../../harness/services.ts';

enhancedServerCase(
  'GATT/SR/GAR/BV-11-C',
  {
    file: 'src/gatt/server/request-handler.ts',
    from: 'answerReadMultipleVariable(context, request, mtu)',
    to: 'answerReadMultipleVariable(context, request, 23)',
  },
  async (bench, [one, two], { short, long, readOnly }) => {
    // 1. The tester reads several values by the unenhanced bearer and an Enhanced one at once.
    const [first, second] = [bench.att, one];
    first.send(readMultipleVariable(short.handle, readOnly.handle));
    second.send(readMultipleVariable(long.handle, readOnly.handle));
    // 2. Each is answered where it was asked, with as much as has room there.
    await second.expect(`21 ${u16(size(LONG_VALUE))} ${LONG_VALUE} 0200 aa55`);
    await first.expect(`21 0500 ${SHORT_VALUE} 0200 aa55`);
    for (const bearer of [bench.att, one, two]) await bearer.silent(0);
  },
);
