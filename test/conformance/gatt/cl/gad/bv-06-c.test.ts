import { expect } from 'vitest';
import { conformance } from '../../../harness/case.ts';
import { onSampleDatabases } from '../../../harness/client.ts';
import { u16At, uuidOf } from '../../../harness/pdu.ts';

conformance(
  'GATT/CL/GAD/BV-06-C',
  {
    file: 'src/gatt/client/discovery.ts',
    from: 'if (owner === undefined || handle <= owner.valueHandle) continue;',
    to: 'if (owner === undefined || found.length >= 3) continue;',
  },
  async () => {
    await onSampleDatabases(async ({ connection, run }, database) => {
      for (const service of await run(connection.services())) {
        for (const characteristic of await run(service.characteristics())) {
          database.requests.length = 0;
          // 1. The upper tester asks for the descriptors of a characteristic.
          const descriptors = await run(characteristic.descriptors());
          // 2. The client asks behind the value, up to the end of the characteristic and not further.
          for (const pdu of database.requests) expect(u16At(pdu, 3)).toBe(characteristic.endHandle);
          // 3. It reports all of them with handles and UUIDs of both lengths.
          const all = database.services.flatMap((each) => each.characteristics);
          const wanted = all.find(({ handle }) => handle === characteristic.handle)?.descriptors;
          expect(descriptors.map(({ handle, uuid: type }) => ({ handle, uuid: uuidOf(type) }))).toEqual(
            wanted,
          );
        }
      }
    });
  },
);
