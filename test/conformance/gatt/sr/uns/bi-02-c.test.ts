import { read, readResponse } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';
import { octet } from '../../../harness/pdu.ts';
import { SHORT_VALUE } from '../../../harness/services.ts';

serverCase(
  'GATT/SR/UNS/BI-02-C',
  {
    file: 'src/att/responder.ts',
    from: 'if (command === undefined) counters.add(',
    to: 'if (command === undefined) this.#refuse(pdu[0] ?? 0, 0x06); else if (command === null) counters.add(',
  },
  async ({ att }, { short }) => {
    // 1. The tester sends commands that no specification knows, and nothing comes.
    for (const opcode of [0x64, 0x7e, 0xff]) att.send(`${octet(opcode)} 0102`);
    await att.silent();
    // 2. The server goes on.
    await att.exchange(read(short.handle), readResponse(SHORT_VALUE));
  },
);
