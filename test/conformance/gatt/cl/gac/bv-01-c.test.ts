import { expect } from 'vitest';
import {
  executeWrite,
  executeWriteResponse,
  mtuResponse,
  prepareWrite,
  prepareWriteResponse,
} from '../../../harness/att.ts';
import { clientCase } from '../../../harness/client.ts';
import { bytes, ramp, slice } from '../../../harness/pdu.ts';

clientCase(
  'GATT/CL/GAC/BV-01-C',
  {
    file: 'src/att/mtu-exchange.ts',
    from: 'Math.min(this.#options.rxMtu, peerRxMtu)',
    to: 'this.#options.rxMtu',
  },
  async (bench, { characteristic }) => {
    const { att, connection } = bench;
    // 1. The upper tester asks for an exchange, and the client sends its MTU.
    const exchange = connection.exchangeMtu();
    await att.expect('02 .. ..');
    // 2. The tester answers with its own, which is the smaller one.
    att.send(mtuResponse(512));
    expect(await bench.run(exchange)).toBe(512);
    // 3. The upper tester writes more than fits: a part that is prepared has ATT_MTU - 5 octets.
    const value = ramp(512);
    const written = characteristic.write(bytes(value), { response: true });
    for (const [offset, length] of [
      [0, 507],
      [507, 5],
    ] as const) {
      const part = slice(value, offset, offset + length);
      await att.expect(prepareWrite(characteristic.handle, offset, part));
      att.send(prepareWriteResponse(characteristic.handle, offset, part));
    }
    await att.expect(executeWrite);
    att.send(executeWriteResponse);
    await bench.run(written);
  },
);
