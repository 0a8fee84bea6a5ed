import { expect } from 'vitest';
import { confirmation, indication, write, writeResponse } from '../../../harness/att.ts';
import { clientCase } from '../../../harness/client.ts';
import { hex } from '../../../harness/pdu.ts';

clientCase(
  'GATT/CL/GAI/BI-01-C',
  {
    file: 'src/gatt/client/value-hub.ts',
    from: 'else feeds.indications.push(value);',
    to: 'else if (value.length > 2) feeds.indications.push(value);',
  },
  async (bench, { characteristic }) => {
    const { handle } = characteristic;
    // 1. The upper tester subscribes to indications, and the client configures the characteristic.
    const subscribed = characteristic.subscribe({ indicate: true });
    await bench.att.expect(write(handle + 1, '0200'));
    bench.att.send(writeResponse);
    await bench.run(subscribed);
    // 2. The tester indicates twice and does not wait for a confirmation. The client confirms both: one of the ways that the suite leaves open.
    for (const value of ['aa01', 'aa02']) bench.att.send(indication(handle, value));
    await bench.att.expect(confirmation);
    await bench.att.expect(confirmation);
    // 3. What was confirmed reaches the upper tester.
    for (const value of ['aa01', 'aa02'])
      expect(hex(await bench.run(characteristic.indicated()))).toBe(value);
  },
);
