import { expect } from 'vitest';
import { Code, error, findByTypeValue, Request, Type } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';
import { items, size, slice, u16, u16At, uuidOf } from '../../../harness/pdu.ts';

serverCase(
  'GATT/SR/GAD/BV-02-C',
  {
    file: 'src/gatt/server/server-discovery.ts',
    from: 'response.add(attribute.handle, attribute.groupEnd)',
    to: 'response.add(attribute.handle, attribute.handle)',
  },
  async ({ att }, { main, twins, longTwins }) => {
    for (const wanted of [[main], twins, longTwins]) {
      // 1. The tester asks for primary services of one UUID, of 16 or of 128 bits, until there are no more.
      const type = uuidOf(wanted[0]?.uuid ?? '');
      const found: string[] = [];
      let start = 0x0001;
      att.send(findByTypeValue(start, 0xffff, Type.primaryService, type));
      let answer = await att.expect('07 *');
      while (answer !== error(Request.findByTypeValue, start, Code.attributeNotFound)) {
        expect(size(answer)).toBeLessThanOrEqual(23);
        found.push(...items(slice(answer, 1), 4));
        start = u16At(found.at(-1) ?? '', 2) + 1;
        att.send(findByTypeValue(start, 0xffff, Type.primaryService, type));
        answer = await att.next();
      }
      // 2. It has found each with its range.
      expect(found).toEqual(wanted.map(({ handle, endHandle }) => u16(handle) + u16(endHandle)));
    }
  },
);
