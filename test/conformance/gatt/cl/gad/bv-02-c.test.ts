import { expect } from 'vitest';
import { findByTypeValue, Type } from '../../../harness/att.ts';
import { conformance } from '../../../harness/case.ts';
import { describeService, onSampleDatabases } from '../../../harness/client.ts';
import { uuid } from '../../../harness/pdu.ts';
import { longUuid } from '../../../harness/services.ts';

conformance(
  'GATT/CL/GAD/BV-02-C',
  {
    file: 'src/gatt/client/discovery.ts',
    from: '!(first && found.length > 0)',
    to: '!(!first && found.length > 0)',
  },
  async () => {
    for (const type of [0xffa1, longUuid(0xffa4)]) {
      await onSampleDatabases(async ({ connection, run }, database) => {
        const [first] = database.services.filter((service) => service.uuid === uuid(type));
        if (first === undefined) return;
        // 1. The upper tester asks for the service of a UUID, of 16 or of 128 bits.
        const found = await run(connection.service(type));
        // 2. The client asks by that UUID from the first handle on, and stops when it has what it looks for.
        expect(database.requests).toEqual([findByTypeValue(0x0001, 0xffff, Type.primaryService, uuid(type))]);
        expect(describeService(found)).toEqual([first.handle, first.end, uuid(type)]);
      });
    }
  },
);
