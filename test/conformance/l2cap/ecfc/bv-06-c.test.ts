import { expect } from 'vitest';
import { peripheralCase } from '../../harness/case.ts';
import { openEnhanced } from '../../harness/enhanced.ts';
import { bytes, ramp, slice } from '../../harness/pdu.ts';
import { Signal, signal } from '../../harness/signalling.ts';

peripheralCase(
  'L2CAP/ECFC/BV-06-C',
  {
    file: 'src/l2cap/credit-machine.ts',
    from: 'counting(state, state.sendCredits - 1, state.owed)',
    to: 'counting(state, state.sendCredits, state.owed)',
  },
  async (bench) => {
    // 1. A channel is open on which the tester has given one credit. The upper tester sends more than that, and one frame comes.
    const { iut, incoming, ownCid } = await openEnhanced(bench, { credits: 1 });
    const sent = Array.from({ length: 7 }, (_, i) => ramp(20, 20 * i));
    const sending = sent.map((sdu) => iut.send(bytes(sdu), { timeoutMs: 60_000 }));
    const came = [slice(await incoming.expect('1400 *'), 2)];
    await incoming.silent();
    // 2. For each credit one frame comes, and then no more until there are new ones.
    for (const credits of [1, 1, 2, 2]) {
      bench.signalling.send(signal(Signal.creditIndication, 2, ownCid, credits));
      for (let i = 0; i < credits; i++) came.push(slice(await incoming.expect('1400 *'), 2));
      await incoming.silent();
    }
    await bench.run(Promise.all(sending));
    expect(came).toEqual(sent);
  },
);
