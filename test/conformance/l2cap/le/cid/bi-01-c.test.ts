import { read } from '../../../harness/att.ts';
import { peripheralCase } from '../../../harness/case.ts';

peripheralCase(
  'L2CAP/LE/CID/BI-01-C',
  {
    file: 'src/l2cap/recombination.ts',
    from: 'const cid = readU16(fragment, 2);',
    to: 'const cid = readU16(fragment, 2) === 3 ? 4 : readU16(fragment, 2);',
  },
  async (bench) => {
    // 1. The tester sends frames on channels that an LE link does not have: a read that ATT would answer.
    for (const cid of [0x0001, 0x0002, 0x0003, 0x0007, 0x0019, 0x003f, 0x0100, 0xffff]) {
      bench.tester.sendFrame(cid, read(0x0001));
      // 2. Nothing comes of them.
      await bench.att.silent();
      await bench.tester.quiet();
    }
    // 3. The channels that the link has are as they were.
    await bench.att.exchange(read(0x0001), '0b *');
  },
);
