import { expect } from 'vitest';
import { Type } from '../../../harness/att.ts';
import { conformance } from '../../../harness/case.ts';
import { describeCharacteristic, onSampleDatabases } from '../../../harness/client.ts';
import { slice, u16, u16At } from '../../../harness/pdu.ts';

conformance(
  'GATT/CL/GAD/BV-04-C',
  {
    file: 'src/gatt/client/discovery.ts',
    from: 'const endHandle = (own[i + 1]?.handle ?? service.endHandle + 1) - 1;',
    to: 'const endHandle = own[i + 1]?.handle ?? service.endHandle;',
  },
  async () => {
    await onSampleDatabases(async ({ connection, run }, database) => {
      const found = await run(connection.services());
      const primary = database.services.filter(({ secondary }) => !secondary);
      for (const [i, service] of found.entries()) {
        database.requests.length = 0;
        const wanted = primary[i]?.characteristics ?? [];
        // 1. The upper tester asks for the characteristics of a service.
        const characteristics = await run(service.characteristics());
        // 2. The client asks in the range of the service, first from its beginning, then from behind what it was told last; a service with no room for
        // a characteristic it need not ask about.
        for (const pdu of database.requests)
          expect(slice(pdu, 3)).toBe(u16(service.endHandle) + u16(Type.characteristic));
        expect(database.requests.map((pdu) => u16At(pdu, 1))).toEqual(
          expect.arrayContaining(service.endHandle - service.handle < 2 ? [] : [service.handle]),
        );
        // 3. It reports them with handles, ranges, properties and UUIDs.
        expect(characteristics.map(describeCharacteristic)).toEqual(
          wanted.map(({ handle, end, uuid: type, properties }) => [
            handle,
            end,
            type,
            (properties & 0x10) !== 0,
          ]),
        );
      }
    });
  },
);
