import { InvalidStateError } from 'jelling';
import { expect } from 'vitest';
import { read, readResponse, Type, write, writeResponse } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';
import { u16 } from '../../../harness/pdu.ts';
import { findValue } from '../../../harness/steps.ts';

serverCase(
  'GATT/SR/GAN/BV-02-C',
  {
    file: 'src/gatt/server/notify-multiple.ts',
    from: 'if (client.supports(ClientFeature.multipleHandleValueNotifications)) {',
    to: 'if (!client.supports(ClientFeature.multipleHandleValueNotifications)) {',
  },
  async (bench, { sending, alsoSending }) => {
    const { att } = bench;
    const features = await findValue(att, Type.clientSupportedFeatures);
    const configure = async (from: typeof att): Promise<void> => {
      for (const { handle } of [sending, alsoSending]) {
        await from.exchange(write(handle + 1, '0100'), writeResponse);
      }
    };
    await configure(att);
    // 1. The first tester says that it understands several values at once, and sets all reserved bits.
    await att.exchange(write(features, 'fc'), writeResponse);
    // 2. It reads back the one bit.
    await att.exchange(read(features), readResponse('04'));
    // 3. A second tester connects, and has not said so.
    const { tester, connection } = await bench.connectAnother();
    await tester.att.exchange(read(features), readResponse('00'));
    // 4. and 5. The upper tester notifies the first of several values, which come in one PDU.
    const values = [[sending], [alsoSending]] as const;
    await bench.run(bench.connection.notifyMultiple(values));
    await att.expect(`23 ${u16(sending.handle)} 0200 5e4d ${u16(alsoSending.handle)} 0300 616263`);
    // 6. and 7. It would notify the second, which has not subscribed: nothing comes.
    expect(await bench.failure(connection.notifyMultiple(values))).toBeInstanceOf(InvalidStateError);
    await tester.att.silent();
    // 8. Once it has, the values come, and not in one PDU.
    await configure(tester.att);
    await bench.run(connection.notifyMultiple(values));
    await tester.att.expect(`1b ${u16(sending.handle)} 5e4d`);
    await tester.att.expect(`1b ${u16(alsoSending.handle)} 616263`);
  },
);
