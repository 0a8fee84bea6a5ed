import { read, readResponse, Type, write, writeResponse } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';
import { findValue } from '../../../harness/steps.ts';

serverCase(
  'GATT/SR/GAS/BV-03-C',
  {
    file: 'src/gatt/server/client-features-source.ts',
    from: 'client.features = octet & CLIENT_FEATURE_BITS;',
    to: 'client.features = octet;',
  },
  async (bench) => {
    const { att } = bench;
    const handle = await findValue(att, Type.clientSupportedFeatures);
    // 1. The first tester sets the bit of robust caching and all that are reserved.
    await att.exchange(write(handle, 'f9'), writeResponse);
    // 2. It reads back the one bit, and the others as zero.
    await att.exchange(read(handle), readResponse('01'));
    // 3. A second tester connects, and has set nothing.
    const { tester } = await bench.connectAnother();
    await tester.att.exchange(read(handle), readResponse('00'));
  },
);
