import { expect } from 'vitest';
import { write, writeResponse } from '../../../harness/att.ts';
import { cachingCase, changeable, HASH, Handle, REGISTRATION_MS } from '../../../harness/caching.ts';
import { octetAt, size } from '../../../harness/pdu.ts';

cachingCase(
  'GATT/CL/GAS/BV-05-C',
  {
    file: 'src/gatt/client-registration.ts',
    from: 'const CLIENT_FEATURES = ClientFeature.multipleHandleValueNotifications;',
    to: 'const CLIENT_FEATURES = ClientFeature.robustCaching;',
  },
  async (bench) => {
    // Preamble: the client has discovered the handle of Client Supported Features.
    bench.att.responder = changeable(HASH).answer;
    await bench.run(bench.connection.discover());
    await bench.clock.advance(REGISTRATION_MS);
    await bench.att.expect(write(Handle.serviceChangedConfiguration, '0200'));
    bench.att.send(writeResponse);
    // 1. Without being told to, the client sets the bit of multiple notifications, and none that is reserved.
    const written = await bench.att.expect(`${write(Handle.clientSupportedFeatures, '')} *`);
    expect(octetAt(written, 3) & 0x04).toBe(0x04);
    expect(octetAt(written, 3) & ~0x07).toBe(0);
    expect(size(written)).toBe(4);
    bench.att.send(writeResponse);
  },
);
