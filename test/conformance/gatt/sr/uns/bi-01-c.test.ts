import { Code, error, read, readResponse } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';
import { octet } from '../../../harness/pdu.ts';
import { SHORT_VALUE } from '../../../harness/services.ts';

serverCase(
  'GATT/SR/UNS/BI-01-C',
  {
    file: 'src/att/responder.ts',
    from: '        this.#refuse(opcode, AttErrorCode.requestNotSupported);',
    to: '        this.#refuse(opcode, AttErrorCode.invalidPdu);',
  },
  async ({ att }, { short }) => {
    // 1. The tester sends a request that no specification knows, and is refused without a handle.
    for (const opcode of [0x24, 0x3e])
      await att.exchange(octet(opcode), error(opcode, 0, Code.requestNotSupported));
    // 2. The server goes on.
    await att.exchange(read(short.handle), readResponse(SHORT_VALUE));
  },
);
