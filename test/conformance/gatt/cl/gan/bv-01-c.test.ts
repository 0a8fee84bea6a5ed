import { expect } from 'vitest';
import { notification, write, writeResponse } from '../../../harness/att.ts';
import { clientCase } from '../../../harness/client.ts';
import { hex } from '../../../harness/pdu.ts';
import { SHORT_VALUE } from '../../../harness/services.ts';

clientCase(
  'GATT/CL/GAN/BV-01-C',
  {
    file: 'src/gatt/client/value-hub.ts',
    from: "kind === 'notification') feeds.notifications.push(value);",
    to: "kind === 'notification') feeds.indications.push(value);",
  },
  async (bench, { characteristic }) => {
    const { handle } = characteristic;
    // 1. The upper tester subscribes to notifications, and the client configures the characteristic.
    const subscribed = characteristic.subscribe({ notify: true });
    await bench.att.expect(write(handle + 1, '0100'));
    bench.att.send(writeResponse);
    await bench.run(subscribed);
    // 2. The tester notifies, and the upper tester gets the value. Nothing is answered.
    bench.att.send(notification(handle, SHORT_VALUE));
    expect(hex(await bench.run(characteristic.notified()))).toBe(SHORT_VALUE);
  },
);
