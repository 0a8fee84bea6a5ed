import { expect } from 'vitest';
import { peripheralCase } from '../../../harness/case.ts';
import { bytes, ramp, slice } from '../../../harness/pdu.ts';
import { openFromTester, Signal, signal } from '../../../harness/signalling.ts';

peripheralCase(
  'L2CAP/LE/CFC/BV-06-C',
  {
    file: 'src/l2cap/credit-machine.ts',
    from: 'counting(state, state.sendCredits - 1, state.owed)',
    to: 'counting(state, state.sendCredits, state.owed)',
  },
  async (bench) => {
    // 1. A channel is open on which the tester has given no credit. The upper tester sends, and nothing comes.
    const channel = await openFromTester(bench, { credits: 0 });
    const sent = Array.from({ length: 6 }, (_, i) => ramp(20, 20 * i));
    const sending = sent.map((sdu) => channel.iut.send(bytes(sdu), { timeoutMs: 60_000 }));
    await channel.incoming.silent();
    // 2. For each credit one frame comes, and then no more until there are new ones.
    const came: string[] = [];
    for (const credits of [1, 1, 2, 2]) {
      bench.signalling.send(signal(Signal.creditIndication, 2, channel.ownCid, credits));
      for (let i = 0; i < credits; i++) came.push(slice(await channel.incoming.expect('1400 *'), 2));
      await channel.incoming.silent();
    }
    await bench.run(Promise.all(sending));
    expect(came).toEqual(sent);
  },
);
