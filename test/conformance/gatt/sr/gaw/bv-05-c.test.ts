import { expect } from 'vitest';
import { executeWrite, executeWriteResponse } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';
import { hex, ramp } from '../../../harness/pdu.ts';
import { LONG_VALUE } from '../../../harness/services.ts';
import { prepare } from '../../../harness/steps.ts';

serverCase(
  'GATT/SR/GAW/BV-05-C',
  { file: 'src/gatt/server/server-write.ts', from: 'longer.set(part, offset);', to: 'longer.set(part, 0);' },
  async ({ att }, { long }) => {
    // 1. The tester prepares a value of 54 octets in parts of ATT_MTU - 5, and each comes back as it was.
    const value = ramp(54, 0xa0);
    await prepare(att, long.handle, value);
    // 2. Nothing has been written yet.
    expect(hex(long.read())).toBe(LONG_VALUE);
    // 3. It executes, and the value is as it was prepared.
    await att.exchange(executeWrite, executeWriteResponse);
    expect(hex(long.read())).toBe(value);
  },
);
