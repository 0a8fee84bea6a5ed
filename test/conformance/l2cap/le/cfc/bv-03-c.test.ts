import { peripheralCase } from '../../../harness/case.ts';
import { bytes } from '../../../harness/pdu.ts';
import { SHORT_VALUE } from '../../../harness/services.ts';
import { openFromTester } from '../../../harness/signalling.ts';

peripheralCase(
  'L2CAP/LE/CFC/BV-03-C',
  {
    file: 'src/l2cap/credit-sender.ts',
    from: 'writeU16(packet, PacketOffset.payload, job.sduLeft)',
    to: 'writeU16(packet, PacketOffset.payload, job.sduLeft + 1)',
  },
  async (bench) => {
    // 1. The tester opens a channel to what the upper tester listens to, and it is accepted.
    const channel = await openFromTester(bench);
    // 2. The upper tester sends data on it, and the tester gets them.
    await bench.run(channel.iut.send(bytes(SHORT_VALUE)));
    await channel.incoming.expect(`0500 ${SHORT_VALUE}`);
  },
);
