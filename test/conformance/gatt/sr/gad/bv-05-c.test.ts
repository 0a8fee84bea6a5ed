import { expect } from 'vitest';
import { Type } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';
import { slice, u16At, uuid } from '../../../harness/pdu.ts';
import { longUuid } from '../../../harness/services.ts';
import { readAllByType } from '../../../harness/steps.ts';

serverCase(
  'GATT/SR/GAD/BV-05-C',
  {
    file: 'src/gatt/server/characteristic-declaration.ts',
    from: 'value.set(type, 3);',
    to: 'value.set(type.subarray(0, 2), 3);',
  },
  async ({ att }, { main, readOnly, longFixed }) => {
    // 1. The tester asks for the characteristic declarations of a service until there are no more, and looks for one UUID among them.
    const found = await readAllByType(att, main.handle, main.endHandle, Type.characteristic);
    const handlesOf = (type: string): number[] =>
      found.filter((item) => slice(item, 5) === type).map((item) => u16At(item, 3));
    // 2. It has found those of that UUID, of 16 and of 128 bits, and no other.
    expect(handlesOf(uuid(0xb004))).toEqual([readOnly.handle]);
    expect(handlesOf(uuid(longUuid(0xb009)))).toEqual([longFixed.handle]);
    expect(handlesOf(uuid(0xbfff))).toEqual([]);
  },
);
