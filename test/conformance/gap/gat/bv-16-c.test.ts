import { expect } from 'vitest';
import { findByTypeValue, read, Type } from '../../harness/att.ts';
import { peripheralCase } from '../../harness/case.ts';
import { hex, items, octetAt, slice, u16At, uuid } from '../../harness/pdu.ts';
import { readAllByType } from '../../harness/steps.ts';

peripheralCase(
  'GAP/GAT/BV-16-C',
  {
    file: 'src/gatt/server/standard-services.ts',
    from: 'initial: deviceName,',
    to: 'initial: deviceName.slice(1),',
  },
  async (bench) => {
    // 1. The tester finds the Generic Access service, and in it the characteristic once.
    const [service = ''] = items(
      slice(
        await bench.att.exchange(findByTypeValue(1, 0xffff, Type.primaryService, uuid(0x1800)), '07 *'),
        1,
      ),
      4,
    );
    const declarations = await readAllByType(
      bench.att,
      u16At(service, 0),
      u16At(service, 2),
      Type.characteristic,
    );
    const found = declarations.filter((item) => slice(item, 5) === uuid(0x2a00));
    expect(found).toHaveLength(1);
    // 2. It can be read, and is read.
    expect(octetAt(found[0] ?? '', 2) & 0x02).toBe(0x02);
    const value = slice(await bench.att.exchange(read(u16At(found[0] ?? '', 3)), '0b *'), 1);
    // 3. It is the name that the upper tester has given, or the default, in UTF-8 and not longer than 248 octets.
    expect(value).toBe(hex(new TextEncoder().encode('Jelling')));
  },
);
