import { expect } from 'vitest';
import { peripheralCase } from '../../harness/case.ts';
import { findGapCharacteristic, Property, readValue } from '../../harness/generic-access.ts';

peripheralCase(
  'GAP/GAT/BV-17-C',
  {
    file: 'src/gatt/server/standard-services.ts',
    from: 'writeU16(bytes, 0, value);',
    to: 'writeU16(bytes, 0, value + 1);',
  },
  async (bench) => {
    // 1. The tester finds the Generic Access service, and in it the characteristic once.
    const { properties, handle } = await findGapCharacteristic(bench.att, 0x2a01);
    // 2. It can be read. It is read.
    expect(properties & Property.read).toBe(Property.read);
    const value = await readValue(bench.att, handle);
    // 3. It has two octets: 0, for what is unknown, where the upper tester has said nothing.
    expect(value).toBe('0000');
  },
);
