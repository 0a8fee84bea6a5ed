import { expect } from 'vitest';
import { Code, error, Request, readByType, readByTypeResponse } from '../../../harness/att.ts';
import { clientCase } from '../../../harness/client.ts';
import { hex } from '../../../harness/pdu.ts';
import { longUuid } from '../../../harness/services.ts';

clientCase(
  'GATT/CL/GAR/BV-03-C',
  {
    file: 'src/gatt/client/read-by-uuid.ts',
    from: 'found.push({ handle, value: whole });',
    to: 'found.push({ handle, value: whole.subarray(1) });',
  },
  async (bench, { both: [other, { service, handle }] }) => {
    // With a UUID of 16 bits and with one of 128.
    for (const type of [0xb001, longUuid(0xb001)]) {
      // 1. The upper tester has the values of a UUID read in a service, and the client asks for them in its range.
      const values = service.readByUuid(type);
      await bench.att.expect(readByType(service.handle, service.endHandle, type));
      // 2. The tester gives two of them; the client asks behind them, and is told that there are no more.
      bench.att.send(readByTypeResponse([other.handle, 'aa00bb'], [handle, 'cc00dd']));
      await bench.att.expect(readByType(handle + 1, service.endHandle, type));
      bench.att.send(error(Request.readByType, handle + 1, Code.attributeNotFound));
      // 3. The upper tester gets both, with their handles.
      const found = (await bench.run(values)).map((each) => [each.handle, hex(each.value)]);
      expect(found).toEqual([
        [other.handle, 'aa00bb'],
        [handle, 'cc00dd'],
      ]);
    }
  },
);
