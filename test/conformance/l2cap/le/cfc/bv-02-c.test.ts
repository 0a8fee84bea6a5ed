import { expect } from 'vitest';
import { centralCase } from '../../../harness/case.ts';
import { hex } from '../../../harness/pdu.ts';
import { SHORT_VALUE } from '../../../harness/services.ts';
import { openFromIut } from '../../../harness/signalling.ts';

centralCase(
  'L2CAP/LE/CFC/BV-02-C',
  {
    file: 'src/l2cap/credit-machine.ts',
    from: 'frames: isWhole ? frames : undefined,',
    to: 'frames: undefined,',
  },
  async (bench) => {
    // 1. The upper tester opens a channel, and the tester accepts it.
    const channel = await openFromIut(bench);
    // 2. The tester sends data on it, and the upper tester gets them.
    channel.send(`0500 ${SHORT_VALUE}`.replaceAll(' ', ''));
    expect(hex(await bench.run(channel.iut.receive()))).toBe(SHORT_VALUE);
  },
);
