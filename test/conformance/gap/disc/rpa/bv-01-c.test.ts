import { expect } from 'vitest';
import { Flag } from '../../../harness/advertising.ts';
import { octet } from '../../../harness/pdu.ts';
import { anyController, privateCase } from '../../../harness/private.ts';

privateCase(
  'GAP/DISC/RPA/BV-01-C',
  'central',
  {
    file: 'src/gap/privacy/peer-identities.ts',
    from: 'this.#resolvable.find(({ hash }) => isMadeWith(hash, address))',
    to: 'this.#resolvable.find(() => address.length === 0)',
  },
  async (bench, friend) => {
    const { tester } = bench;
    // 1. The tester is generally discoverable, under a private address that its key tells.
    const address = friend.advertises(`0201${octet(Flag.general | Flag.noBrEdr)}`);
    // 2. The upper tester looks for discoverable devices, and finds the tester by its identity and not by the address of the moment.
    const found = new Set<string>();
    const discover = async (): Promise<void> => {
      for await (const result of bench.iut.scan({ durationMs: 10_240 })) {
        if (result.flags !== undefined && (result.flags & Flag.general) !== 0) found.add(result.address);
      }
    };
    await bench.run(discover());
    expect([...found]).toEqual([tester.address]);
    expect(found).not.toContain(address);
  },
  anyController,
);
