import { expect } from 'vitest';
import { Type } from '../../../harness/att.ts';
import { conformance } from '../../../harness/case.ts';
import { describeService, onSampleDatabases } from '../../../harness/client.ts';
import { slice, u16, u16At } from '../../../harness/pdu.ts';

conformance(
  'GATT/CL/GAD/BV-03-C',
  {
    file: 'src/gatt/client/discovery.ts',
    from: 'declaration.length === 6 ? declaration.subarray(4) : await',
    to: 'declaration.length >= 4 ? declaration.subarray(4) : await',
  },
  async () => {
    await onSampleDatabases(async ({ connection, run }, database) => {
      const found = await run(connection.services());
      const primary = database.services.filter(({ secondary }) => !secondary);
      for (const [i, service] of found.entries()) {
        database.requests.length = 0;
        const { handle, end, includes = [] } = primary[i] ?? {};
        // 1. The upper tester asks for what a service includes.
        const included = await run(service.includedServices());
        // 2. The client asks in the range of the service, and reads the UUIDs of 128 bits from the declarations.
        const asked = database.requests.filter((pdu) => !pdu.startsWith('0a'));
        expect(u16At(asked[0] ?? '', 1)).toBe(handle);
        for (const pdu of asked) expect(slice(pdu, 3)).toBe(u16(end ?? 0) + u16(Type.include));
        // 3. It reports them in the order of their declarations, and no others.
        const wanted = includes.map((index) => database.services[index]);
        expect(included.map(describeService)).toEqual(
          wanted.map((each) => [each?.handle, each?.end, each?.uuid]),
        );
      }
    });
  },
);
