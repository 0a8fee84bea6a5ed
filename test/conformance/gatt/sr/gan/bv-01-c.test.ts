import { notification, read, readResponse, write, writeResponse } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';

serverCase(
  'GATT/SR/GAN/BV-01-C',
  {
    file: 'src/gatt/server/send.ts',
    from: 'bearer.notify(target.handle, value, wait)',
    to: 'bearer.notify(target.configurationHandle, value, wait)',
  },
  async (bench, { sending }) => {
    const { att } = bench;
    // 1. The tester configures the characteristic for notifications.
    await att.exchange(write(sending.handle + 1, '0100'), writeResponse);
    // 2. The upper tester has the value notified, and it comes.
    await bench.run(sending.notify(bench.connection));
    await att.expect(notification(sending.handle, '5e4d'));
    // 3. The tester ends the link and makes another. No bond is there, so the configuration is what it was at first.
    await bench.reconnectFromTester();
    await att.exchange(read(sending.handle + 1), readResponse('0000'));
  },
);
