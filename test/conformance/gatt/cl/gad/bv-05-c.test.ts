import { expect } from 'vitest';
import { conformance } from '../../../harness/case.ts';
import { onSampleDatabases } from '../../../harness/client.ts';
import { uuid } from '../../../harness/pdu.ts';
import { longUuid } from '../../../harness/services.ts';

conformance(
  'GATT/CL/GAD/BV-05-C',
  {
    file: 'src/gatt/client/remote-service.ts',
    from: 'all.filter(({ uuid }) => uuid === wanted)',
    to: 'all.filter(({ uuid }) => uuid !== wanted)',
  },
  async () => {
    for (const type of [0xb001, longUuid(0xb002)]) {
      await onSampleDatabases(async ({ connection, run }, database) => {
        const found = await run(connection.services());
        const primary = database.services.filter(({ secondary }) => !secondary);
        for (const [i, service] of found.entries()) {
          // 1. The upper tester asks for the characteristics of a service that have a UUID, of 16 or of 128 bits.
          const characteristics = await run(service.characteristics({ uuid: type }));
          // 2. The client reports those and no others.
          const wanted = primary[i]?.characteristics.filter((each) => each.uuid === uuid(type)) ?? [];
          expect(characteristics.map(({ handle }) => handle)).toEqual(wanted.map(({ handle }) => handle));
        }
      });
    }
  },
);
