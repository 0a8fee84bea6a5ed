import { expect } from 'vitest';
import { peripheralCase } from '../../harness/case.ts';
import { findGapCharacteristic, Property, readValue } from '../../harness/generic-access.ts';
import { hex } from '../../harness/pdu.ts';

peripheralCase(
  'GAP/GAT/BV-16-C',
  {
    file: 'src/gatt/server/standard-services.ts',
    from: 'initial: deviceName,',
    to: 'initial: deviceName.slice(1),',
  },
  async (bench) => {
    // 1. The tester finds the Generic Access service, and in it the characteristic once.
    const { properties, handle } = await findGapCharacteristic(bench.att, 0x2a00);
    // 2. It can be read. It is read.
    expect(properties & Property.read).toBe(Property.read);
    const value = await readValue(bench.att, handle);
    // 3. It is the name that the upper tester has given, or the default, in UTF-8 and not longer than 248 octets.
    expect(value).toBe(hex(new TextEncoder().encode('Jelling')));
  },
);
