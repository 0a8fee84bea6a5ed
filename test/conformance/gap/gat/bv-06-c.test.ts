import { expect } from 'vitest';
import { write, writeCommand, writeResponse } from '../../harness/att.ts';
import { peripheralCase } from '../../harness/case.ts';
import { findGapCharacteristic, Property, readValue } from '../../harness/generic-access.ts';
import { u16 } from '../../harness/pdu.ts';

peripheralCase(
  'GAP/GAT/BV-06-C',
  {
    file: 'src/gatt/server/standard-services.ts',
    from: 'write: writes.appearance,',
    to: 'write: writes.name,',
  },
  async (bench) => {
    const { att } = bench;
    const { properties, handle } = await findGapCharacteristic(att, 0x2a01);
    expect(properties & Property.write).toBe(Property.write);
    // 1. The tester sends a new appearance without asking for a response.
    att.send(writeCommand(handle, u16(0x0341)));
    // 2. It reads the value, which is the old one: such a write is not among the properties.
    expect(await readValue(att, handle)).toBe('0000');
    // 3. It asks for the new appearance to be written, and it is.
    await att.exchange(write(handle, u16(0x0341)), writeResponse);
    // 4. It reads the value, which is the new one; and so it is for the upper tester.
    expect(await readValue(att, handle)).toBe(u16(0x0341));
    expect(bench.iut.appearance).toBe(0x0341);
  },
  { writable: { appearance: true } },
);
