import { expect } from 'vitest';
import { peripheralCase } from '../../harness/case.ts';
import { findGapCharacteristic, Property, readValue } from '../../harness/generic-access.ts';

peripheralCase(
  'GAP/GAT/BV-19-C',
  {
    file: 'src/gatt/server/standard-services.ts',
    from: 'resolvablePrivateAddressOnly, Uint8Array.of(0)',
    to: 'resolvablePrivateAddressOnly, Uint8Array.of(1)',
  },
  async (bench) => {
    // 1. The tester finds the Generic Access service, and in it the characteristic once.
    const { properties, handle } = await findGapCharacteristic(bench.att, 0x2ac9);
    // 2. It can be read, and not written. It is read.
    expect(properties & (Property.read | Property.write | Property.writeNoResponse)).toBe(Property.read);
    const value = await readValue(bench.att, handle);
    // 3. Its one octet is 0: private addresses alone are shown.
    expect(value).toBe('00');
  },
  { privacy: true },
);
