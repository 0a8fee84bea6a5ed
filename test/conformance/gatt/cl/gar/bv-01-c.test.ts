import { expect } from 'vitest';
import { read, readResponse } from '../../../harness/att.ts';
import { clientCase } from '../../../harness/client.ts';
import { hex } from '../../../harness/pdu.ts';
import { SHORT_VALUE } from '../../../harness/services.ts';

clientCase(
  'GATT/CL/GAR/BV-01-C',
  {
    file: 'src/gatt/client/remote-characteristic.ts',
    from: 'readRemoteValue(this.#context, this.attribute,',
    to: 'readRemoteValue(this.#context, { ...this.attribute, handle: this.handle + 1 },',
  },
  async (bench, { characteristic }) => {
    // 1. The upper tester has a value read, and the client asks by its handle.
    const value = characteristic.read();
    await bench.att.expect(read(characteristic.handle));
    // 2. The tester answers, and the upper tester gets the value.
    bench.att.send(readResponse(SHORT_VALUE));
    expect(hex(await bench.run(value))).toBe(SHORT_VALUE);
  },
);
