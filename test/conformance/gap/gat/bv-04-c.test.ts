import { expect } from 'vitest';
import { peripheralCase } from '../../harness/case.ts';
import { findGapCharacteristic, Property, readValue } from '../../harness/generic-access.ts';
import { u16 } from '../../harness/pdu.ts';

peripheralCase(
  'GAP/GAT/BV-04-C',
  {
    file: 'src/gatt/server/standard-services.ts',
    from: '[intervalMin, intervalMax, latency, timeout].entries()',
    to: '[intervalMax, intervalMin, latency, timeout].entries()',
  },
  async (bench) => {
    // 1. The tester finds the Generic Access service, and in it the characteristic once.
    const { properties, handle } = await findGapCharacteristic(bench.att, 0x2a04);
    // 2. It can be read, and not written. It is read.
    expect(properties & (Property.read | Property.write | Property.writeNoResponse)).toBe(Property.read);
    const value = await readValue(bench.att, handle);
    // 3. It has eight octets: the parameters that the upper tester prefers, in the units of the air.
    expect(value).toBe([80, 160, 1, 300].map(u16).join(''));
  },
  {
    preferredConnectionParameters: {
      minIntervalMs: 100,
      maxIntervalMs: 200,
      peripheralLatency: 1,
      supervisionTimeoutMs: 3_000,
    },
  },
);
