import { expect } from 'vitest';
import { Type } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';
import { octet, slice, u16, uuid, uuidOf } from '../../../harness/pdu.ts';
import { readAllByType } from '../../../harness/steps.ts';

serverCase(
  'GATT/SR/GAD/BV-04-C',
  {
    file: 'src/gatt/server/characteristic-declaration.ts',
    from: 'value[0] = propertiesToBits(properties);',
    to: 'value[0] = 0;',
  },
  async ({ att }, { main, included, characteristics }) => {
    // 1. The tester asks for the characteristic declarations of a service until there are no more.
    const found = await readAllByType(att, main.handle, main.endHandle, Type.characteristic);
    // 2. It has found each once, with properties, value handle and UUID, in the order of their handles.
    expect(found).toEqual(
      characteristics.map(
        ([{ handle, uuid: type }, properties]) =>
          u16(handle - 1) + octet(properties) + u16(handle) + uuidOf(type),
      ),
    );
    // 3. In the range of another service none of them is found.
    const others = await readAllByType(
      att,
      included.short.handle,
      included.short.endHandle,
      Type.characteristic,
    );
    expect(others.map((item) => slice(item, 5))).toEqual([uuid(0xc001), uuid(0xc002)]);
  },
);
