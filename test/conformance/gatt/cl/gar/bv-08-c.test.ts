import { expect } from 'vitest';
import { readMultipleVariable, readMultipleVariableResponse } from '../../../harness/att.ts';
import { clientCase } from '../../../harness/client.ts';
import { hex } from '../../../harness/pdu.ts';
import { SHORT_VALUE } from '../../../harness/services.ts';

clientCase(
  'GATT/CL/GAR/BV-08-C',
  {
    file: 'src/att/codec/response-lists.ts',
    from: 'values.push(bytes.subarray(at + 2, Math.min(end, bytes.length)));',
    to: 'values.push(bytes.subarray(at, Math.min(end, bytes.length)));',
  },
  async (bench, { both }) => {
    // 1. The upper tester has two values read at once of which nobody knows the lengths, and the client asks by their handles.
    const values = bench.connection.readMultiple(both);
    await bench.att.expect(readMultipleVariable(...both.map(({ handle }) => handle)));
    // 2. The tester answers with each behind its length, and the upper tester gets each.
    bench.att.send(readMultipleVariableResponse('a1a2', SHORT_VALUE));
    expect((await bench.run(values)).map(hex)).toEqual(['a1a2', SHORT_VALUE]);
  },
);
