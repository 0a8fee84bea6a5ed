import { expect } from 'vitest';
import { findByTypeValue, read, Type } from '../../harness/att.ts';
import { peripheralCase } from '../../harness/case.ts';
import { items, octetAt, slice, u16At, uuid } from '../../harness/pdu.ts';
import { readAllByType } from '../../harness/steps.ts';

peripheralCase(
  'GAP/GAT/BV-17-C',
  {
    file: 'src/gatt/server/standard-services.ts',
    from: 'writeU16(bytes, 0, value);',
    to: 'writeU16(bytes, 0, value + 1);',
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
    const found = declarations.filter((item) => slice(item, 5) === uuid(0x2a01));
    expect(found).toHaveLength(1);
    // 2. It can be read, and is read.
    expect(octetAt(found[0] ?? '', 2) & 0x02).toBe(0x02);
    const value = slice(await bench.att.exchange(read(u16At(found[0] ?? '', 3)), '0b *'), 1);
    // 3. It has two octets: 0, for what is unknown, where the upper tester has said nothing.
    expect(value).toBe('0000');
  },
);
