import { expect } from 'vitest';
import { Bench } from '../../harness/bench.ts';
import { conformance } from '../../harness/case.ts';
import { findGapCharacteristic, Property, readValue } from '../../harness/generic-access.ts';

conformance(
  'GAP/GAT/BV-18-C',
  {
    file: 'src/gatt/server/standard-services.ts',
    from: 'Uint8Array.of(resolves ? 1 : 0)',
    to: 'Uint8Array.of(resolves ? 1 : 2)',
  },
  async () => {
    for (const [profile, expected] of [
      ['5.x', '01'],
      ['4.0', '00'],
    ] as const) {
      await using bench = await Bench.peripheral({ privacy: true, controller: { profile } });
      // 1. The tester finds the Generic Access service, and in it the characteristic once.
      const { properties, handle } = await findGapCharacteristic(bench.att, 0x2aa6);
      // 2. It can be read, and not written. It is read.
      expect(properties & (Property.read | Property.write | Property.writeNoResponse)).toBe(Property.read);
      const value = await readValue(bench.att, handle);
      // 3. Its one octet says whether the controller resolves the addresses that directed advertising calls.
      expect(value).toBe(expected);
      await bench.verdict();
    }
  },
);
