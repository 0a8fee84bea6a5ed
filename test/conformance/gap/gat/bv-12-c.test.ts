import { Characteristic, Service } from 'jelling';
import { expect } from 'vitest';
import { Bench } from '../../harness/bench.ts';
import { conformance } from '../../harness/case.ts';
import { findGapCharacteristic, Property, readValue } from '../../harness/generic-access.ts';

const requirements = [
  ['0101', {}],
  ['0102', { encrypted: true }],
  ['0103', { authenticated: true }],
  ['0104', { authenticated: true, secureConnections: true }],
] as const;

conformance(
  'GAP/GAT/BV-12-C',
  {
    file: 'src/gatt/server/security-levels.ts',
    from: 'if (rule.authenticated !== true)',
    to: 'if (rule.secureConnections !== true)',
  },
  async () => {
    for (const [expected, rule] of requirements) {
      const service = new Service(0x181a);
      new Characteristic(service, 0x2a6e, { read: true, write: rule });
      await using bench = await Bench.peripheral({ services: [service] });
      // 1. The tester finds the Generic Access service, and in it the characteristic once.
      const { properties, handle } = await findGapCharacteristic(bench.att, 0x2bf5);
      // 2. It can be read, and not written. It is read, on a link that offers nothing.
      expect(properties & (Property.read | Property.write | Property.writeNoResponse)).toBe(Property.read);
      const value = await readValue(bench.att, handle);
      // 3. It is one pair of octets: mode 1, and the level at which the server refuses nothing.
      expect(value).toBe(expected);
      await bench.verdict();
    }
  },
);
