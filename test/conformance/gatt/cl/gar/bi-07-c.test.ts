import { expect } from 'vitest';
import { Code, error, Request, readByType } from '../../../harness/att.ts';
import { clientCase } from '../../../harness/client.ts';

clientCase(
  'GATT/CL/GAR/BI-07-C',
  {
    file: 'src/gatt/client/read-by-uuid.ts',
    from: 'error.status === AttErrorCode.attributeNotFound) return undefined;',
    to: 'error.status === AttErrorCode.attributeNotLong) return undefined;',
  },
  async (bench) => {
    // 1. The upper tester has the values of a UUID read that the tester does not have, and the client asks for it over all handles.
    const values = bench.connection.readByUuid(0xb0ff);
    await bench.att.expect(readByType(0x0001, 0xffff, 0xb0ff));
    // 2. The tester answers that there is no such attribute, and the upper tester learns that there are no values.
    bench.att.send(error(Request.readByType, 0x0001, Code.attributeNotFound));
    expect(await bench.run(values)).toEqual([]);
  },
);
