import { peripheralCase } from '../../harness/case.ts';
import { openEnhanced } from '../../harness/enhanced.ts';
import { ramp, u16 } from '../../harness/pdu.ts';
import { expectClosed } from '../../harness/signalling.ts';

peripheralCase(
  'L2CAP/ECFC/BV-33-C',
  {
    file: 'src/l2cap/credit-machine.ts',
    from: 'if (sduLength > terms.mtu) return close',
    to: 'if (sduLength > 0xffff) return close',
  },
  async (bench) => {
    const channel = await openEnhanced(bench);
    // 1. The tester begins an SDU that is longer than the MTU of the implementation under test, and the channel is closed.
    channel.send(u16(channel.iutMtu + 1) + ramp(20));
    await expectClosed(bench, channel);
  },
);
