import { expect } from 'vitest';
import { readMultiple, readMultipleResponse } from '../../../harness/att.ts';
import { clientCase } from '../../../harness/client.ts';
import { hex } from '../../../harness/pdu.ts';
import { SHORT_VALUE } from '../../../harness/services.ts';

clientCase(
  'GATT/CL/GAR/BV-05-C',
  {
    file: 'src/gatt/client/multiple-reads.ts',
    from: 'return ends.map((end, i) => set.slice(ends[i - 1] ?? 0, end));',
    to: 'return ends.map((end) => set.slice(0, end));',
  },
  async (bench, { both }) => {
    // 1. The upper tester has two values of known lengths read at once, and the client asks by their handles.
    const values = bench.connection.readMultiple(both, { lengths: [2, 5] });
    await bench.att.expect(readMultiple(...both.map(({ handle }) => handle)));
    // 2. The tester answers with one behind the other, and the upper tester gets each.
    bench.att.send(readMultipleResponse('a1a2', SHORT_VALUE));
    expect((await bench.run(values)).map(hex)).toEqual(['a1a2', SHORT_VALUE]);
  },
);
