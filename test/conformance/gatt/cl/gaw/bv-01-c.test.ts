import { writeCommand } from '../../../harness/att.ts';
import { clientCase } from '../../../harness/client.ts';
import { bytes, ramp } from '../../../harness/pdu.ts';
import { SHORT_VALUE } from '../../../harness/services.ts';

clientCase(
  'GATT/CL/GAW/BV-01-C',
  {
    file: 'src/gatt/client/remote-characteristic.ts',
    from: 'return bearer.writeCommand(this.handle, bytes, options);',
    to: 'return bearer.writeCommand(this.handle + 1, bytes, options);',
  },
  async (bench, { characteristic }) => {
    // 1. The upper tester has a value written without an answer, and the client sends it with its handle.
    await bench.run(characteristic.write(bytes(SHORT_VALUE), { response: false }));
    await bench.att.expect(writeCommand(characteristic.handle, SHORT_VALUE));
    // 2. A value that just fits ATT_MTU goes out whole; one that does not is refused to the upper tester.
    await bench.run(characteristic.write(bytes(ramp(20)), { response: false }));
    await bench.att.expect(writeCommand(characteristic.handle, ramp(20)));
    await bench.failure(characteristic.write(bytes(ramp(21)), { response: false }));
  },
);
