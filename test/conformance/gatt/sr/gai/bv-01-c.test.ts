import { expect } from 'vitest';
import { confirmation, indication, read, readResponse, write, writeResponse } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';
import { watch } from '../../../harness/steps.ts';

serverCase(
  'GATT/SR/GAI/BV-01-C',
  {
    file: 'src/gatt/server/send.ts',
    from: 'bearer.indicate(target.handle, value,',
    to: 'bearer.indicate(target.configurationHandle, value,',
  },
  async (bench, { sending }) => {
    const { att } = bench;
    // 1. The tester configures the characteristic for indications.
    await att.exchange(write(sending.handle + 1, '0200'), writeResponse);
    // 2. The upper tester has the value indicated, and it comes.
    const confirmed = watch(sending.indicate(bench.connection));
    await att.expect(indication(sending.handle, '5e4d'));
    expect(confirmed.state).toBe('pending');
    // 3. The tester confirms it, and the upper tester learns that.
    att.send(confirmation);
    await att.silent();
    expect(confirmed.state).toBe('resolved');
    // 4. The tester ends the link and makes another. No bond is there, so the configuration is what it was at first.
    await bench.reconnectFromTester();
    await att.exchange(read(sending.handle + 1), readResponse('0000'));
  },
);
