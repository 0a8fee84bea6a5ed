import { expect } from 'vitest';
import { executeWrite, executeWriteResponse } from '../../../harness/att.ts';
import { enhancedServerCase, LONGEST_VALUE, prepareInTurn } from '../../../harness/eatt.ts';
import { hex } from '../../../harness/pdu.ts';
import { LONG_VALUE } from '../../../harness/services.ts';

enhancedServerCase(
  'GATT/SR/GAW/BV-12-C',
  {
    file: 'src/gatt/server/server-write.ts',
    from: 'const prepared = context.session.preparedWrites.take();',
    to: 'const prepared = context.session.preparedWrites.take().slice(-1);',
  },
  async (_, bearers, { long }) => {
    // 1. The tester prepares a value, each part by the next of the Enhanced bearers, and each comes back as it was.
    await prepareInTurn(bearers, long.handle);
    expect(hex(long.read())).toBe(LONG_VALUE);
    // 2. It executes by one of them, and the whole value is written.
    await bearers[1].exchange(executeWrite, executeWriteResponse);
    expect(hex(long.read())).toBe(LONGEST_VALUE);
  },
);
