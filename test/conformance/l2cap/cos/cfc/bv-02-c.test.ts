import { peripheralCase } from '../../../harness/case.ts';
import { bytes } from '../../../harness/pdu.ts';
import { openFromTester } from '../../../harness/signalling.ts';

peripheralCase(
  'L2CAP/COS/CFC/BV-02-C',
  {
    file: 'src/l2cap/credit-sender.ts',
    from: 'packet.set(job.data.subarray(job.at, job.at + length), PacketOffset.payload + skip);',
    to: 'packet.set(job.data.subarray(job.at + 1, job.at + length), PacketOffset.payload + skip);',
  },
  async (bench) => {
    const channel = await openFromTester(bench);
    // 1. The upper tester sends an SDU of one octet, and it comes in one frame.
    await bench.run(channel.iut.send(bytes('a5')));
    await channel.incoming.expect('0100 a5');
  },
);
