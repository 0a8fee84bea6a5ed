import { peripheralCase } from '../../harness/case.ts';
import { openEnhanced } from '../../harness/enhanced.ts';
import { octet } from '../../harness/pdu.ts';
import { expectClosed } from '../../harness/signalling.ts';

peripheralCase(
  'L2CAP/ECFC/BI-02-C',
  {
    file: 'src/l2cap/credit-machine.ts',
    from: "if (state.receiveCredits === 0) return close('frameWithoutCredit');",
    to: "if (state.receiveCredits < 0) return close('frameWithoutCredit');",
  },
  async (bench) => {
    const channel = await openEnhanced(bench);
    // 1. The tester sends as many frames as it has credits for, and the upper tester does not read them.
    for (let i = 0; i < channel.iutCredits; i++) channel.send(`0100${octet(i & 0xff)}`);
    await bench.signalling.silent();
    // 2. It sends one more, and the channel is closed.
    channel.send('0100ff');
    await expectClosed(bench, channel);
  },
);
