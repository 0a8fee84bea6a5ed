import { peripheralCase } from '../../../harness/case.ts';
import { rejectNotUnderstood, signal } from '../../../harness/signalling.ts';

peripheralCase(
  'L2CAP/LE/REJ/BI-02-C',
  {
    file: 'src/l2cap/l2cap-codes.ts',
    from: 'responseCodes.has(code)',
    to: 'responseCodes.has(code) || code > 0x1a',
  },
  async (bench) => {
    // 1. The tester sends requests that are not for LE, and codes that are reserved, three of them at random.
    const requests = [0x02, 0x04, 0x08, 0x0a, 0x0c, 0x0e, 0x10];
    const reserved = [0x1b, 0x1c, 0x1d, 0x42, 0x99, 0xff];
    for (const [i, code] of [...requests, ...reserved].entries()) {
      // 2. None is understood, and the rejection says so without further data.
      await bench.signalling.exchange(signal(code, i + 1, 0x0080, 0x0041), rejectNotUnderstood(i + 1));
    }
    // 3. The tester sends responses that are not for LE: each is rejected or not answered.
    for (const code of [0x03, 0x05, 0x09, 0x0b, 0x0d, 0x0f, 0x11]) {
      bench.signalling.send(signal(code, 0x20, 0x0041, 0x0042));
      await bench.signalling.optional(rejectNotUnderstood(0x20));
    }
  },
);
