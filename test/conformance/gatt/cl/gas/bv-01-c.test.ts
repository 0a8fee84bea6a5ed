import { expect } from 'vitest';
import { confirmation, indication, write, writeResponse } from '../../../harness/att.ts';
import { cachingCase, changeable, HASH, Handle, REGISTRATION_MS } from '../../../harness/caching.ts';
import { u16 } from '../../../harness/pdu.ts';

cachingCase(
  'GATT/CL/GAS/BV-01-C',
  {
    file: 'src/gatt/client/value-hub.ts',
    from: 'if (handle === this.serviceChangedHandle && kind',
    to: 'if (handle === -this.serviceChangedHandle && kind',
  },
  async (bench) => {
    const before = changeable(HASH, [
      { uuid: 0xffb0 },
      { uuid: 0xffb1, characteristics: [{ uuid: 0xb001 }] },
    ]);
    const after = changeable(`${HASH.slice(2)}00`, [
      { uuid: 0xffb0 },
      { uuid: 0xffb2, characteristics: [{ uuid: 0xb001 }] },
    ]);
    // Preamble: the client has discovered the services on an earlier link, and on this one asks to be told of their changes.
    bench.att.responder = before.answer;
    await bench.run(bench.connection.discover());
    await bench.reconnectToTester();
    const service = await bench.run(bench.connection.service(0xffb1));
    const characteristic = await bench.run(service.characteristic(0xb001));
    await bench.clock.advance(REGISTRATION_MS);
    await bench.att.expect(write(Handle.serviceChangedConfiguration, '0200'));
    bench.att.send(writeResponse);
    await bench.att.expect(write(Handle.clientSupportedFeatures, '..'));
    bench.att.send(writeResponse);
    // 1. The tester indicates that the services in a range have changed, and the client confirms it.
    bench.att.responder = after.answer;
    const range = u16(service.handle) + u16(0xffff);
    await bench.att.exchange(indication(Handle.serviceChanged, range), confirmation);
    // 2. The upper tester learns it: what it holds of that range is of no use any more, and what it looks up is what the tester has now.
    await expect(characteristic.read()).rejects.toThrow(/has changed its services/);
    await expect(bench.run(bench.connection.service(0xffb1))).rejects.toThrow(/has no service ffb1/);
    expect((await bench.run(bench.connection.service(0xffb2))).handle).toBe(service.handle);
  },
);
