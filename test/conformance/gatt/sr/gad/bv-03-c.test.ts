import type { Service } from 'jelling';
import { expect } from 'vitest';
import { read, readResponse, Type } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';
import { u16, uuid } from '../../../harness/pdu.ts';
import { longUuid } from '../../../harness/services.ts';
import { readAllByType } from '../../../harness/steps.ts';

serverCase(
  'GATT/SR/GAD/BV-03-C',
  {
    file: 'src/gatt/server/service.ts',
    from: 'new Uint8Array(type.length === 2 ? 6 : 4)',
    to: 'new Uint8Array(6)',
  },
  async ({ att }, { main, included, twins }) => {
    // 1. The tester asks for the includes of a service until there are no more.
    const found = await readAllByType(att, main.handle, main.endHandle, Type.include);
    // 2. A 16-bit UUID stands in the declaration, one of 128 bits does not; no service includes itself.
    const range = ({ handle, endHandle }: Service): string => u16(handle) + u16(endHandle);
    expect(found).toEqual([
      u16(main.handle + 1) + range(included.short) + uuid(0xffc0),
      u16(main.handle + 2) + range(included.long),
    ]);
    // 3. The other is read from the declaration of the included service.
    await att.exchange(read(included.long.handle), readResponse(uuid(longUuid(0xffc1))));
    // 4. A service without includes has none.
    const { handle = 0, endHandle = 0 } = twins[0] ?? {};
    expect(await readAllByType(att, handle, endHandle, Type.include)).toEqual([]);
  },
);
