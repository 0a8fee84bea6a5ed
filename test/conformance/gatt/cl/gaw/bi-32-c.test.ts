import { MalformedPduError } from 'jelling';
import { expect } from 'vitest';
import {
  cancelWrite,
  executeWriteResponse,
  prepareWrite,
  prepareWriteResponse,
} from '../../../harness/att.ts';
import { clientCase } from '../../../harness/client.ts';
import { bytes, ramp } from '../../../harness/pdu.ts';
import { watch } from '../../../harness/steps.ts';

clientCase(
  'GATT/CL/GAW/BI-32-C',
  {
    file: 'src/gatt/client/long-writes.ts',
    from: 'equalBytes(echo.partAttributeValue, part);',
    to: 'echo.partAttributeValue.length === part.length;',
  },
  async (bench, { characteristic }) => {
    const { handle } = characteristic;
    // 1. The upper tester has a value written in parts, and the client prepares the first one.
    const written = characteristic.write(bytes(ramp(50)), { response: true });
    const outcome = watch(written);
    await bench.att.expect(prepareWrite(handle, 0, ramp(18)));
    // 2. The tester gives back another value than it was sent.
    bench.att.send(prepareWriteResponse(handle, 0, ramp(18, 0x80)));
    // 3. The client cancels, and the tester confirms it.
    await bench.att.expect(cancelWrite);
    bench.att.send(executeWriteResponse);
    await bench.att.silent();
    // 4. The upper tester learns that nothing was written.
    expect(outcome.state).toBe('rejected');
    expect(await bench.failure(written)).toBeInstanceOf(MalformedPduError);
  },
);
