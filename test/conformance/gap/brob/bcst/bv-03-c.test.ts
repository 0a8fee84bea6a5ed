import { expect } from 'vitest';
import { ReportType } from '../../../harness/advertising.ts';
import { bytes } from '../../../harness/pdu.ts';
import { anyController, privateCase } from '../../../harness/private.ts';

privateCase(
  'GAP/BROB/BCST/BV-03-C',
  'peripheral',
  {
    file: 'src/gap/privacy/shown-addresses.ts',
    from: 'return this.#shown(this.#options.extended ? handle : ',
    to: 'return this.#options.identity ?? (this.#options.extended ? handle : ',
  },
  async (bench, friend) => {
    // 1. The upper tester broadcasts. Every event shows one address, which the key of the bond tells.
    const stop = new AbortController();
    const data = '04ff360201';
    const over = bench.iut
      .broadcast({ advertisingData: bytes(data), signal: stop.signal })
      .catch((error: unknown) => error);
    const { from } = await friend.hearsAdvertising(1_000);
    // 2. The tester, which only listens, hears events to which nobody can connect, with the data that was given.
    const [report] = await bench.tester.hear(from.address, 1_000);
    expect(report).toMatchObject({ type: ReportType.nonconnectable, data });
    stop.abort();
    await bench.run(over);
  },
  anyController,
);
