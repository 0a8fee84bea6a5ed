import { expect } from 'vitest';
import { executeWrite, executeWriteResponse } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';
import { hex, ramp } from '../../../harness/pdu.ts';
import { prepare } from '../../../harness/steps.ts';

serverCase(
  'GATT/SR/GAW/BV-09-C',
  {
    file: 'src/gatt/server/server-write.ts',
    from: 'preparedWrites.add(attribute, valueOffset, part)',
    to: 'preparedWrites.add(attribute, valueOffset, part.subarray(1))',
  },
  async ({ att }, { longDescriptor }) => {
    // 1. The tester prepares a long descriptor in parts, and each comes back as it was.
    const value = ramp(54, 0xa0);
    await prepare(att, longDescriptor.handle, value);
    // 2. It executes, and the descriptor is as it was prepared.
    await att.exchange(executeWrite, executeWriteResponse);
    expect(hex(longDescriptor.read())).toBe(value);
  },
);
