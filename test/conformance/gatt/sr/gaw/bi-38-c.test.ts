import { expect } from 'vitest';
import { read, readResponse } from '../../../harness/att.ts';
import { enhancedServerCase } from '../../../harness/eatt.ts';
import { hex, u16 } from '../../../harness/pdu.ts';

enhancedServerCase(
  'GATT/SR/GAW/BI-38-C',
  {
    file: 'src/gatt/server/request-handler.ts',
    from: 'else if (command.opcode === AttOpcode.writeCommand)',
    to: 'else if (command.opcode === AttOpcode.writeCommand || command.opcode === AttOpcode.signedWriteCommand)',
  },
  async (_, [bearer], { command }) => {
    // 1. The tester sends a signed write by an Enhanced bearer. Nothing comes of it.
    bearer.send(`d2${u16(command.handle)}99${'00'.repeat(12)}`);
    await bearer.silent();
    // 2. The value is what it was.
    expect(hex(command.read())).toBe('00');
    await bearer.exchange(read(command.handle), readResponse('00'));
  },
);
