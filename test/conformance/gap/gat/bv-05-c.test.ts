import { expect } from 'vitest';
import { Code, error, Request, write, writeCommand, writeResponse } from '../../harness/att.ts';
import { peripheralCase } from '../../harness/case.ts';
import { encryptLink } from '../../harness/encrypted.ts';
import { findGapCharacteristic, Property, readValue } from '../../harness/generic-access.ts';
import { hex } from '../../harness/pdu.ts';

const octetsOf = (name: string): string => hex(new TextEncoder().encode(name));

peripheralCase(
  'GAP/GAT/BV-05-C',
  {
    file: 'src/gatt/server/standard-services.ts',
    from: 'write: writes.name,',
    to: 'write: writes.appearance,',
  },
  async (bench) => {
    const { att } = bench;
    const { properties, handle } = await findGapCharacteristic(att, 0x2a00);
    expect(properties & Property.write).toBe(Property.write);
    const name = octetsOf('Küche');
    // 1. The tester sends a new name without asking for a response.
    att.send(writeCommand(handle, name));
    // 2. It reads the value, which is the old one: such a write is not among the properties.
    expect(await readValue(att, handle)).toBe(octetsOf('Jelling'));
    // 3. It asks for the new name to be written, and is refused for want of authentication.
    await att.exchange(write(handle, name), error(Request.write, handle, Code.insufficientAuthentication));
    // 4. It encrypts the link, and asks again. The value is written.
    await encryptLink(bench);
    await att.exchange(write(handle, name), writeResponse);
    // 5. It reads the value, which is the new one; and so it is for the upper tester.
    expect(await readValue(att, handle)).toBe(name);
    expect(bench.iut.name).toBe('Küche');
  },
  { writable: { name: { encrypted: true } } },
);
