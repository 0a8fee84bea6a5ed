import { expect } from 'vitest';
import { announcedFeatures, cachingCase } from '../../../harness/caching.ts';

cachingCase(
  'GATT/CL/GAS/BV-04-C',
  {
    file: 'src/gatt/client/client-registration.ts',
    from: 'enhancedBearers ? ClientFeature.enhancedAttBearer : 0;',
    to: 'enhancedBearers ? ClientFeature.robustCaching : 0;',
  },
  async (bench) => {
    // 1. Without being told to, the client sets the bit of Enhanced bearers.
    expect((await announcedFeatures(bench)) & 0x02).toBe(0x02);
  },
  { enhancedBearers: true },
);
