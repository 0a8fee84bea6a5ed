import { expect } from 'vitest';
import { Code, error, Request, readByGroupType, Type } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';
import { items, octetAt, size, slice, u16, u16At, uuid, uuidOf } from '../../../harness/pdu.ts';

serverCase(
  'GATT/SR/GAD/BV-01-C',
  {
    file: 'src/gatt/server/server-discovery.ts',
    from: 'attribute = database.nextOfType(attributeGroupType, attribute.handle + 1, endingHandle);',
    to: 'attribute = database.nextOfType(attributeGroupType, attribute.handle + 2, endingHandle);',
  },
  async ({ att }, { services, included }) => {
    // 1. The tester asks for primary services from the first handle on, and from behind each answer, until there are no more.
    const found: string[] = [];
    let start = 0x0001;
    let answer = await att.exchange(readByGroupType(start, 0xffff, Type.primaryService), '11 *');
    while (answer !== error(Request.readByGroupType, start, Code.attributeNotFound)) {
      const groups = items(slice(answer, 2), octetAt(answer, 1));
      expect(size(answer)).toBeLessThanOrEqual(23);
      expect(groups.every((group) => size(group) === octetAt(answer, 1))).toBe(true);
      found.push(...groups);
      start = u16At(groups.at(-1) ?? '', 2) + 1;
      att.send(readByGroupType(start, 0xffff, Type.primaryService));
      answer = await att.next();
    }
    // 2. It has found all of them in the order of their handles, of both lengths of UUID, and no secondary service.
    const primary = services.filter((service) => service !== included.long);
    const own = primary.map(
      ({ handle, endHandle, uuid: type }) => u16(handle) + u16(endHandle) + uuidOf(type),
    );
    expect(found.slice(0, 2).map((group) => slice(group, 4))).toEqual([uuid(0x1800), uuid(0x1801)]);
    expect(found.slice(2)).toEqual(own);
  },
);
