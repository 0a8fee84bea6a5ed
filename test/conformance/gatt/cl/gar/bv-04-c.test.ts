import { expect } from 'vitest';
import { read, readBlob, readBlobResponse, readResponse } from '../../../harness/att.ts';
import { clientCase } from '../../../harness/client.ts';
import { hex, ramp, slice } from '../../../harness/pdu.ts';

clientCase(
  'GATT/CL/GAR/BV-04-C',
  {
    file: 'src/gatt/client/remote-value.ts',
    from: 'last = part.length < Math.min(room, bearer.mtu - 1);',
    to: 'last = true;',
  },
  async (bench, discovered) => {
    const { characteristic } = discovered;
    // Values longer than one answer, of several full answers, of one full answer, and shorter: in the order of the suite's steps.
    for (const length of [60, 66, 22, 9]) {
      const value = ramp(length, length);
      // 1. The upper tester has a value read whose length nobody knows, and the client reads its beginning.
      const whole = characteristic.read();
      await bench.att.expect(read(characteristic.handle));
      bench.att.send(readResponse(slice(value, 0, 22)));
      // 2. As long as an answer is full it reads on from there.
      for (let offset = 22; offset <= length; offset += 22) {
        await bench.att.expect(readBlob(characteristic.handle, offset));
        bench.att.send(readBlobResponse(slice(value, offset, offset + 22)));
      }
      // 3. The upper tester gets the whole value.
      expect(hex(await bench.run(whole))).toBe(value);
    }
  },
);
