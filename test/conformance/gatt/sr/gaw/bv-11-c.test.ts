import { expect } from 'vitest';
import { executeWrite, executeWriteResponse } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';
import { hex } from '../../../harness/pdu.ts';
import { LONG_VALUE } from '../../../harness/services.ts';

serverCase(
  'GATT/SR/GAW/BV-11-C',
  {
    file: 'src/gatt/server/server-write.ts',
    from: 'if (expired) throw refusal',
    to: 'if (prepared.length === 0) throw refusal',
  },
  async ({ att }, { long }) => {
    // 1. The tester executes although it has prepared nothing, and the server confirms it.
    await att.exchange(executeWrite, executeWriteResponse);
    // 2. No value has changed.
    expect(hex(long.read())).toBe(LONG_VALUE);
  },
);
