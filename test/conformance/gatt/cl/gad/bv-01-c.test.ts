import { expect } from 'vitest';
import { Request, Type } from '../../../harness/att.ts';
import { conformance } from '../../../harness/case.ts';
import { describeService, expectForward, onSampleDatabases } from '../../../harness/client.ts';
import { u16 } from '../../../harness/pdu.ts';

conformance(
  'GATT/CL/GAD/BV-01-C',
  {
    file: 'src/gatt/client/discovery.ts',
    from: 'this.#push(what, found, { handle, endHandle: endGroupHandle, uuid,',
    to: 'this.#push(what, found, { handle, endHandle: handle, uuid,',
  },
  async () => {
    await onSampleDatabases(async ({ connection, run }, database) => {
      // 1. The upper tester asks for all primary services.
      const found = await run(connection.services());
      // 2. The client asks from the first handle on, then from behind each service that it was told last, up to the end.
      expectForward(database.requests, Request.readByGroupType, u16(Type.primaryService));
      // 3. It reports all of them, with their ranges and UUIDs, and no secondary service.
      const primary = database.services.filter(({ secondary }) => !secondary);
      expect(found.map(describeService)).toEqual(
        primary.map(({ handle, end, uuid: type }) => [handle, end, type]),
      );
    });
  },
);
