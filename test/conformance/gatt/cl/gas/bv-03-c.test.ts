import { expect } from 'vitest';
import { announcedFeatures, cachingCase } from '../../../harness/caching.ts';

cachingCase(
  'GATT/CL/GAS/BV-03-C',
  {
    file: 'src/gatt/client/client-registration.ts',
    from: '? 0 : ClientFeature.robustCaching;',
    to: '? 0 : ClientFeature.multipleHandleValueNotifications;',
  },
  async (bench) => {
    // 1. Without being told to, the client sets the bit of robust caching.
    expect((await announcedFeatures(bench)) & 0x01).toBe(0x01);
  },
);
