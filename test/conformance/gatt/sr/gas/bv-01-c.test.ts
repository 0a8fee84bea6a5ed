import { Service } from 'jelling';
import { expect } from 'vitest';
import { confirmation, indication, Type, write, writeResponse } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';
import { slice, u16, u16At, uuid } from '../../../harness/pdu.ts';
import { readAllByType } from '../../../harness/steps.ts';

serverCase(
  'GATT/SR/GAS/BV-01-C',
  {
    file: 'src/gatt/standard-services.ts',
    from: 'writeU16(range, 2, end);',
    to: 'writeU16(range, 2, start);',
  },
  async (bench, { twins }) => {
    const { att, iut } = bench;
    // 1. The tester finds Service Changed, which can be indicated and nothing else, and configures it.
    const [found = ''] = (await readAllByType(att, 0x0001, 0xffff, Type.characteristic)).filter(
      (item) => slice(item, 5) === uuid(0x2a05),
    );
    expect(slice(found, 2, 3)).toBe('20');
    const handle = u16At(found, 3);
    await att.exchange(write(handle + 1, '0200'), writeResponse);
    // 2. The upper tester changes the database, and the server indicates the range that is concerned.
    const added = [new Service(0xffe0), new Service(0xffe1)];
    iut.registerServices(...added);
    const [first, last] = added.map((service) => u16(service.handle));
    expect(added[0]?.handle).toBeGreaterThan(twins.at(-1)?.endHandle ?? 0);
    await att.expect(indication(handle, `${first}${last}`));
    // 3. The tester confirms.
    att.send(confirmation);
  },
);
