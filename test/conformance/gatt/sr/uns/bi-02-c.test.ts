import { read, readResponse } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';
import { octet } from '../../../harness/pdu.ts';
import { SHORT_VALUE } from '../../../harness/services.ts';

serverCase(
  'GATT/SR/UNS/BI-02-C',
  {
    file: 'src/att/att-bearer.ts',
    from: 'if ((opcode & ATT_COMMAND_FLAG) !== 0) this',
    to: 'if ((opcode & ATT_COMMAND_FLAG) === 0xff) this',
  },
  async ({ att }, { short }) => {
    // 1. The tester sends commands that no specification knows, and nothing comes.
    for (const opcode of [0x64, 0x7e, 0xff]) att.send(`${octet(opcode)} 0102`);
    await att.silent();
    // 2. The server goes on.
    await att.exchange(read(short.handle), readResponse(SHORT_VALUE));
  },
);
