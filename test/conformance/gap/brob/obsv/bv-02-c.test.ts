import { expect } from 'vitest';
import { apartCase } from '../../../harness/case.ts';
import { observe, payloadsOf } from '../../../harness/observing.ts';

apartCase(
  'GAP/BROB/OBSV/BV-02-C',
  {
    file: 'src/gap/scanning/scan-table.ts',
    from: 'entry.scanResponseData = copyBytes(data);',
    to: 'entry.scanResponseData = copyBytes(data.subarray(1));',
  },
  async (bench) => {
    // 1. The tester broadcasts, and has a scan response for who asks.
    const [data, scanResponse] = ['02010404ff360201', '0409616263'];
    bench.tester.advertise({ kind: 'scannable', data, scanResponse });
    // 2. The upper tester scans actively. It is told both.
    const heard = await observe(bench, { active: true, durationMs: 1_000 });
    expect(payloadsOf(heard)).toEqual([data, scanResponse]);
    expect(heard.at(-1)).toMatchObject({ connectable: false, scannable: true, name: 'abc' });
  },
);
