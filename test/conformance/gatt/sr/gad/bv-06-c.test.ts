import { expect } from 'vitest';
import { Code, error, findInformation, Request } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';
import { items, size, slice, u16At, uuidOf } from '../../../harness/pdu.ts';

serverCase(
  'GATT/SR/GAD/BV-06-C',
  {
    file: 'src/gatt/server/server-discovery.ts',
    from: 'response.add(attribute.handle, attribute.type)',
    to: 'response.add(attribute.handle + 1, attribute.type)',
  },
  async ({ att }, { main, described, descriptors }) => {
    // 1. The tester asks for the attributes behind a value up to the end of its characteristic.
    const end = main.endHandle;
    const found: [number, string][] = [];
    let start = described.handle + 1;
    while (start <= end) {
      const answer = await att.exchange(findInformation(start, end), '05 *');
      expect(size(answer)).toBeLessThanOrEqual(23);
      // 2. One answer holds UUIDs of one length.
      const pairs = items(slice(answer, 2), answer.startsWith('0501') ? 4 : 18);
      found.push(...pairs.map((pair): [number, string] => [u16At(pair, 0), slice(pair, 2)]));
      start = (found.at(-1)?.[0] ?? end) + 1;
    }
    // 3. It has found all descriptors in the order of their handles.
    expect(found).toEqual(descriptors.map(({ handle, uuid: type }) => [handle, uuidOf(type)]));
    // 4. Behind the last attribute of the server there are none.
    await att.exchange(
      findInformation(0xfff0, 0xffff),
      error(Request.findInformation, 0xfff0, Code.attributeNotFound),
    );
  },
);
