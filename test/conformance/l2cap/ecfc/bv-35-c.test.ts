import { peripheralCase } from '../../harness/case.ts';
import { openEnhanced } from '../../harness/enhanced.ts';
import { ramp, u16 } from '../../harness/pdu.ts';
import { expectClosed } from '../../harness/signalling.ts';

peripheralCase(
  'L2CAP/ECFC/BV-35-C',
  {
    file: 'src/l2cap/credit-machine.ts',
    from: 'if (filled > sduLength) return close',
    to: 'if (filled > 0xffff) return close',
  },
  async (bench) => {
    const channel = await openEnhanced(bench);
    // 1. The tester sends an SDU in frames that together are one octet longer than it said, and the channel is closed.
    channel.send(u16(60) + ramp(20));
    channel.send(ramp(20, 20));
    channel.send(ramp(21, 40));
    await expectClosed(bench, channel);
  },
);
