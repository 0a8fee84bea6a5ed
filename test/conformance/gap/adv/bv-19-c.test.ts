import { expect } from 'vitest';
import { AdType, advertisingCase } from '../../harness/advertising.ts';
import { hex } from '../../harness/pdu.ts';

advertisingCase(
  'GAP/ADV/BV-19-C',
  {
    file: 'src/gap/codec/advertising-data-builder.ts',
    from: 'features.findLastIndex((octet) => octet !== 0) + 1',
    to: 'features.length',
  },
  (iut, signal) => iut.advertise({ leSupportedFeatures: iut.info.leSupportedFeatures, signal }),
  async (hear, bench) => {
    // 1. The upper tester advertises with the features of its controller, and the tester hears it.
    const { all } = await hear();
    // 2. The structure is there in its form.
    const features = all.get(AdType.leSupportedFeatures) ?? '';
    expect(features).not.toMatch(/00$/);
    expect(features.padEnd(16, '0')).toBe(hex(bench.features));
  },
);
