import { peripheralCase } from '../../../harness/case.ts';
import { expectClosed, openFromTester, Signal, signal } from '../../../harness/signalling.ts';

peripheralCase(
  'L2CAP/LE/CFC/BI-01-C',
  {
    file: 'src/l2cap/credit-machine.ts',
    from: 'if (sendCredits > MAX_CREDITS) return close',
    to: 'if (sendCredits > 2 * MAX_CREDITS) return close',
  },
  async (bench) => {
    // 1. A channel is open on which the tester has given one credit. It gives none, which is ignored.
    const channel = await openFromTester(bench, { credits: 1 });
    bench.signalling.send(signal(Signal.creditIndication, 2, channel.ownCid, 0));
    await bench.signalling.silent();
    // 2. It gives so many more that they are above 65535, and the channel is closed.
    bench.signalling.send(signal(Signal.creditIndication, 3, channel.ownCid, 0xffff));
    await expectClosed(bench, channel);
  },
);
