import { expect } from 'vitest';
import { write, writeResponse } from '../../../harness/att.ts';
import { clientCase } from '../../../harness/client.ts';
import { bytes } from '../../../harness/pdu.ts';
import { SHORT_VALUE } from '../../../harness/services.ts';
import { watch } from '../../../harness/steps.ts';

clientCase(
  'GATT/CL/GAW/BV-03-C',
  {
    file: 'src/gatt/client/remote-characteristic.ts',
    from: 'return writeRemoteValue(this.#context, this.attribute, bytes, options);',
    to: 'return writeRemoteValue(this.#context, this.attribute, bytes.subarray(1), options);',
  },
  async (bench, { characteristic }) => {
    // 1. The upper tester has a value written, and the client sends it with its handle.
    const written = characteristic.write(bytes(SHORT_VALUE), { response: true });
    const outcome = watch(written);
    await bench.att.expect(write(characteristic.handle, SHORT_VALUE));
    expect(outcome.state).toBe('pending');
    // 2. The tester confirms it, and the upper tester learns that.
    bench.att.send(writeResponse);
    await bench.run(written);
  },
);
