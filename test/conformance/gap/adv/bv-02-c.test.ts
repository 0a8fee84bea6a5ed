import { expect } from 'vitest';
import { AdType, advertisingCase } from '../../harness/advertising.ts';
import { hex } from '../../harness/pdu.ts';

advertisingCase(
  'GAP/ADV/BV-02-C',
  {
    file: 'src/gap/codec/advertising-data-builder.ts',
    from: 'utf8.encode(name)',
    to: 'utf8.encode(name.slice(1))',
  },
  (iut, signal) => iut.advertise({ name: 'Jelling ᚱ', signal }),
  async (hear) => {
    // 1. The upper tester advertises with a local name, and the tester hears it.
    const { all } = await hear();
    // 2. The structure is there in its form.
    expect(all.get(AdType.name)).toBe(hex(new TextEncoder().encode('Jelling ᚱ')));
  },
);
