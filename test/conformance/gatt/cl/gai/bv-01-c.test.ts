import { expect } from 'vitest';
import { confirmation, indication, write, writeResponse } from '../../../harness/att.ts';
import { clientCase } from '../../../harness/client.ts';
import { hex } from '../../../harness/pdu.ts';
import { SHORT_VALUE } from '../../../harness/services.ts';

clientCase(
  'GATT/CL/GAI/BV-01-C',
  {
    file: 'src/att/att-bearer.ts',
    from: 'this.#responder.answer(encodePacket(HandleValueConfirmation, {}));',
    to: 'void encodePacket(HandleValueConfirmation, {});',
  },
  async (bench, { characteristic }) => {
    const { handle } = characteristic;
    // 1. The upper tester subscribes to indications, and the client configures the characteristic.
    const subscribed = characteristic.subscribe({ indicate: true });
    await bench.att.expect(write(handle + 1, '0200'));
    bench.att.send(writeResponse);
    await bench.run(subscribed);
    // 2. The tester indicates; the client confirms, and the upper tester gets the value.
    await bench.att.exchange(indication(handle, SHORT_VALUE), confirmation);
    expect(hex(await bench.run(characteristic.indicated()))).toBe(SHORT_VALUE);
  },
);
