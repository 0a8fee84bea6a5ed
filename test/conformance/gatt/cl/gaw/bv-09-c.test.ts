import { executeWrite, executeWriteResponse } from '../../../harness/att.ts';
import { clientCase } from '../../../harness/client.ts';
import { bytes, ramp } from '../../../harness/pdu.ts';
import { expectPrepared } from '../../../harness/steps.ts';

clientCase(
  'GATT/CL/GAW/BV-09-C',
  {
    file: 'src/gatt/client/long-writes.ts',
    from: 'flags: ExecuteFlags.write }',
    to: 'flags: ExecuteFlags.cancel }',
  },
  async (bench, discovered) => {
    const { descriptor } = discovered;
    const value = ramp(50, 0x60);
    // 1. The upper tester has a value written that is longer than one request.
    const written = descriptor.write(bytes(value));
    // 2. The client prepares it in parts of ATT_MTU - 5 octets from the beginning, and the tester gives each back.
    await expectPrepared(bench.att, descriptor.handle, value);
    // 3. The client executes, the tester confirms it, and the upper tester learns that.
    await bench.att.expect(executeWrite);
    bench.att.send(executeWriteResponse);
    await bench.run(written);
  },
);
