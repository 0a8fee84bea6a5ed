import { expect } from 'vitest';
import { read, readResponse } from '../../../harness/att.ts';
import { clientCase } from '../../../harness/client.ts';
import { hex } from '../../../harness/pdu.ts';
import { SHORT_VALUE } from '../../../harness/services.ts';

clientCase(
  'GATT/CL/GAR/BV-06-C',
  {
    file: 'src/gatt/client/remote-descriptor.ts',
    from: 'return readRemoteValue(this.#context, this.#attribute,',
    to: 'return readRemoteValue(this.#context, this.characteristic.attribute,',
  },
  async (bench, { descriptor }) => {
    // 1. The upper tester has a descriptor read, and the client asks by its handle.
    const value = descriptor.read();
    await bench.att.expect(read(descriptor.handle));
    // 2. The tester answers, and the upper tester gets the value.
    bench.att.send(readResponse(SHORT_VALUE));
    expect(hex(await bench.run(value))).toBe(SHORT_VALUE);
  },
);
