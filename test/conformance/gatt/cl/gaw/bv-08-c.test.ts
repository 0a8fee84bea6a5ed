import { write, writeResponse } from '../../../harness/att.ts';
import { clientCase } from '../../../harness/client.ts';
import { bytes } from '../../../harness/pdu.ts';
import { SHORT_VALUE } from '../../../harness/services.ts';

clientCase(
  'GATT/CL/GAW/BV-08-C',
  {
    file: 'src/gatt/client/remote-descriptor.ts',
    from: 'await writeRemoteValue(this.#context, this.#attribute, valueBytes(value),',
    to: 'await writeRemoteValue(this.#context, this.#attribute, valueBytes(value).subarray(0, 2),',
  },
  async (bench, { descriptor }) => {
    // 1. The upper tester has a descriptor written, and the client sends it with its handle.
    const written = descriptor.write(bytes(SHORT_VALUE));
    await bench.att.expect(write(descriptor.handle, SHORT_VALUE));
    // 2. The tester confirms it, and the upper tester learns that.
    bench.att.send(writeResponse);
    await bench.run(written);
  },
);
