import { expect } from 'vitest';
import { cancelWrite, executeWrite, executeWriteResponse } from '../../../harness/att.ts';
import { enhancedServerCase, prepareInTurn } from '../../../harness/eatt.ts';
import { hex } from '../../../harness/pdu.ts';
import { LONG_VALUE } from '../../../harness/services.ts';

enhancedServerCase(
  'GATT/SR/GAW/BV-13-C',
  {
    file: 'src/gatt/server/server-write.ts',
    from: 'const prepared = context.session.preparedWrites.take();',
    to: 'const prepared = flags === CANCEL ? [] : context.session.preparedWrites.take();',
  },
  async (_, bearers, { long }) => {
    // 1. The tester prepares a value, each part by the next of the Enhanced bearers, and each comes back as it was.
    await prepareInTurn(bearers, long.handle);
    // 2. It cancels by one of them. Nothing is written, also where it executes by the other.
    await bearers[1].exchange(cancelWrite, executeWriteResponse);
    await bearers[0].exchange(executeWrite, executeWriteResponse);
    expect(hex(long.read())).toBe(LONG_VALUE);
  },
);
