import { expect } from 'vitest';
import { executeWrite, executeWriteResponse } from '../../../harness/att.ts';
import { enhancedServerCase, LONGEST_VALUE, prepareInTurn } from '../../../harness/eatt.ts';
import { hex } from '../../../harness/pdu.ts';

enhancedServerCase(
  'GATT/SR/GAW/BV-14-C',
  {
    file: 'src/gatt/server/gatt-server.ts',
    from: 'bearer.scope.add(() => handler.end());',
    to: 'bearer.scope.add(() => void session.preparedWrites.take());',
  },
  async (_, [one, two], { long }) => {
    // 1. The tester prepares all parts of a value but the last, each by the next of the Enhanced bearers.
    await prepareInTurn([one, two], long.handle, { to: -1 });
    // 2. It closes one of them.
    await two.close();
    // 3. It prepares the last part by the other, and executes. The whole value is written.
    await prepareInTurn([one], long.handle, { from: -1 });
    await one.exchange(executeWrite, executeWriteResponse);
    expect(hex(long.read())).toBe(LONGEST_VALUE);
  },
);
