import { peripheralCase } from '../../harness/case.ts';
import { openEnhanced } from '../../harness/enhanced.ts';
import { ramp, u16 } from '../../harness/pdu.ts';
import { expectClosed } from '../../harness/signalling.ts';

peripheralCase(
  'L2CAP/ECFC/BV-34-C',
  {
    file: 'src/l2cap/credit-machine.ts',
    from: "return close(state.receiveCredits === 0 ? 'frameWithoutCredit' : 'frameLongerThanMps');",
    to: 'return { state, actions: none };',
  },
  async (bench) => {
    const channel = await openEnhanced(bench);
    // 1. The tester sends a frame whose payload is longer than the MPS of the implementation under test, and the channel is closed.
    const length = channel.iutMps + 1;
    channel.send(u16(length) + ramp(length));
    await expectClosed(bench, channel);
  },
);
