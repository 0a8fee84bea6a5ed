import { expect } from 'vitest';
import { multipleNotification, write, writeResponse } from '../../../harness/att.ts';
import { cachingCase, changeable, HASH, Handle, REGISTRATION_MS } from '../../../harness/caching.ts';
import { hex, octetAt } from '../../../harness/pdu.ts';
import { SHORT_VALUE } from '../../../harness/services.ts';

cachingCase(
  'GATT/CL/GAN/BV-02-C',
  {
    file: 'src/att/value-inbox.ts',
    from: 'if (attributeHandle !== 0) this.#deliver(attributeHandle, attributeValue,',
    to: 'if (attributeHandle === 0) this.#deliver(attributeHandle, attributeValue,',
  },
  async (bench) => {
    const notifying = { properties: 0x10, descriptors: [0x2902] };
    bench.att.responder = changeable(HASH, [
      {
        uuid: 0xffb0,
        characteristics: [
          { uuid: 0xb001, ...notifying },
          { uuid: 0xb002, ...notifying },
        ],
      },
    ]).answer;
    await bench.run(bench.connection.discover());
    const service = await bench.run(bench.connection.service(0xffb0));
    const both = await bench.run(service.characteristics());
    // Preamble: the client configures both characteristics for notifications.
    for (const characteristic of both) {
      const subscribed = characteristic.subscribe();
      await bench.att.expect(write(characteristic.handle + 1, '0100'));
      bench.att.send(writeResponse);
      await bench.run(subscribed);
    }
    // 1. The client sets the bit of multiple notifications in Client Supported Features.
    await bench.clock.advance(REGISTRATION_MS);
    await bench.att.expect(write(Handle.serviceChangedConfiguration, '0200'));
    bench.att.send(writeResponse);
    const written = await bench.att.expect(write(Handle.clientSupportedFeatures, '..'));
    expect(octetAt(written, 3) & 0x04).toBe(0x04);
    bench.att.send(writeResponse);
    // 2. The tester notifies both values at once, and the upper tester gets each, of its own length.
    const [first = 0, second = 0] = both.map(({ handle }) => handle);
    bench.att.send(multipleNotification([first, 'a1'], [second, SHORT_VALUE]));
    const values = await bench.run(Promise.all(both.map((characteristic) => characteristic.notified())));
    expect(values.map(hex)).toEqual(['a1', SHORT_VALUE]);
  },
);
