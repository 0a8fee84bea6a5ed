import { expect } from 'vitest';
import { peripheralCase } from '../../../harness/case.ts';
import { u16 } from '../../../harness/pdu.ts';
import { openFromTester } from '../../../harness/signalling.ts';

peripheralCase(
  'L2CAP/COS/CED/BI-11-C',
  { file: 'src/core/bytes.ts', from: 'if (this.remaining > 0)', to: 'if (this.remaining > 1)' },
  async (bench) => {
    const { iut, iutCid, ownCid } = await openFromTester(bench);
    // 1. The tester sends a request to close the channel that has an octet too many, counted in its length.
    bench.signalling.send(`06 20 ${u16(5)} ${u16(iutCid)} ${u16(ownCid)} 00`);
    // 2. It is discarded or rejected, and the channel stays.
    await bench.signalling.optional('01 *');
    await bench.signalling.silent();
    expect(iut.isOpen).toBe(true);
  },
);
