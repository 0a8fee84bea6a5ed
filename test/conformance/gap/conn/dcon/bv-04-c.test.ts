import { expect } from 'vitest';
import { privateCase } from '../../../harness/private.ts';
import { isMadeWith } from '../../../harness/smp-crypto.ts';

privateCase(
  'GAP/CONN/DCON/BV-04-C',
  'peripheral',
  {
    file: 'src/gap/privacy/central-address-resolution.ts',
    from: 'found?.value[0] === 1',
    to: 'found?.value[0] === 2',
  },
  async (bench, friend) => {
    const { tester } = bench;
    // 1. The upper tester advertises to everybody. The tester, which has said that it recognises itself, connects from a private address, and ends the link.
    const incoming = bench.iut.advertise({ intervalMs: 20 });
    const shown = (await friend.hearsAdvertising(100)).from;
    tester.hide();
    await tester.connect(shown.address, shown.type);
    const first = await bench.run(incoming);
    expect(first.device.address).toBe(tester.address);
    tester.disconnect();
    await bench.run(first.disconnected());
    // 2. The upper tester calls the tester by its identity. What is heard is from a private address that the key of the one tells, to one that the key of the other tells.
    const called = bench.iut.advertise({ directed: bench.testerPeer });
    const { from, to } = await friend.hearsAdvertising(100);
    expect(to?.type).toBe('random');
    expect(isMadeWith(tester.irk, to?.address ?? '')).toBe(true);
    // 3. The tester, under the address that it was called by, connects to the one that called.
    tester.hide(to?.address);
    await tester.connect(from.address, from.type);
    const second = await bench.run(called);
    expect(second.device.address).toBe(tester.address);
    // 4. The tester ends the link.
    tester.disconnect();
    await bench.run(second.disconnected());
  },
  [{ recognisesItself: 1 }],
);
