import { expect } from 'vitest';
import { announcedFeatures, cachingCase } from '../../../harness/caching.ts';

cachingCase(
  'GATT/CL/GAS/BV-05-C',
  {
    file: 'src/gatt/client/client-registration.ts',
    from: 'const CLIENT_FEATURES = ClientFeature.multipleHandleValueNotifications;',
    to: 'const CLIENT_FEATURES = ClientFeature.robustCaching;',
  },
  async (bench) => {
    // 1. Without being told to, the client sets the bit of multiple notifications.
    expect((await announcedFeatures(bench)) & 0x04).toBe(0x04);
  },
);
