import { expect } from 'vitest';
import { apartCase } from '../../../harness/case.ts';
import { observe } from '../../../harness/observing.ts';
import { hex } from '../../../harness/pdu.ts';

apartCase(
  'GAP/BROB/OBSV/BV-01-C',
  {
    file: 'src/gap/scanning/scan-table.ts',
    from: 'entry.advertisingData = copyBytes(data);',
    to: 'entry.advertisingData = copyBytes(data.subarray(1));',
  },
  async (bench) => {
    // 1. The tester broadcasts, and has a scan response for who asks.
    const data = '02010404ff360201';
    bench.tester.advertise({ kind: 'scannable', data, scanResponse: '0409616263' });
    // 2. The upper tester scans passively. It is told the data, and asks for nothing.
    const heard = await observe(bench, { durationMs: 1_000 });
    expect(heard.length).toBeGreaterThan(0);
    for (const result of heard) {
      expect(hex(result.advertisingData)).toBe(data);
      expect(result.connectable).toBe(false);
      expect(result.scanResponseData).toHaveLength(0);
    }
    expect(bench.sent('scanRequest')).toEqual([]);
  },
);
