import { expect } from 'vitest';
import { write, writeResponse } from '../../../harness/att.ts';
import { cachingCase, changeable, HASH, Handle, REGISTRATION_MS } from '../../../harness/caching.ts';
import { octetAt, size } from '../../../harness/pdu.ts';

cachingCase(
  'GATT/CL/GAS/BV-03-C',
  {
    file: 'src/gatt/client-registration.ts',
    from: '? 0 : ClientFeature.robustCaching;',
    to: '? 0 : ClientFeature.multipleHandleValueNotifications;',
  },
  async (bench) => {
    // Preamble: the client has discovered the handle of Client Supported Features.
    bench.att.responder = changeable(HASH).answer;
    await bench.run(bench.connection.discover());
    await bench.clock.advance(REGISTRATION_MS);
    await bench.att.expect(write(Handle.serviceChangedConfiguration, '0200'));
    bench.att.send(writeResponse);
    // 1. Without being told to, the client sets the bit of robust caching, and none that is reserved.
    const written = await bench.att.expect(`${write(Handle.clientSupportedFeatures, '')} *`);
    expect(octetAt(written, 3) & 0x01).toBe(0x01);
    expect(octetAt(written, 3) & ~0x07).toBe(0);
    expect(size(written)).toBe(4);
    bench.att.send(writeResponse);
  },
);
