import { expect } from 'vitest';
import { executeWrite, executeWriteResponse } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';
import { hex, ramp, slice } from '../../../harness/pdu.ts';
import { prepare } from '../../../harness/steps.ts';

serverCase(
  'GATT/SR/GAW/BV-10-C',
  {
    file: 'src/gatt/server/server-write.ts',
    from: 'values.get(attribute) ??',
    to: '(undefined as Uint8Array | undefined) ??',
  },
  async ({ att }, { long, otherLong }) => {
    // 1. The tester prepares the first part of one value and the first part of another.
    const values = [ramp(50, 0x10), ramp(50, 0x90)] as const;
    const handles = [long.handle, otherLong.handle] as const;
    for (const i of [0, 1] as const) await prepare(att, handles[i], slice(values[i], 0, 18));
    // 2. It prepares the rest of the first, then that of the second.
    for (const i of [0, 1] as const) await prepare(att, handles[i], slice(values[i], 18), 18);
    // 3. It executes, and both are as they were prepared.
    await att.exchange(executeWrite, executeWriteResponse);
    expect([long, otherLong].map((each) => hex(each.read()))).toEqual(values);
  },
);
