import { expect } from 'vitest';
import { readMultipleVariable } from '../../../harness/att.ts';
import { enhancedClientCase } from '../../../harness/eatt.ts';
import { hex } from '../../../harness/pdu.ts';

enhancedClientCase(
  'GATT/CL/GAR/BV-11-C',
  {
    file: 'src/att/turns.ts',
    from: 'return this.#options.bearers().find(this.#options.isFree);',
    to: 'return this.#options.bearers().slice(0, 1).find(this.#options.isFree);',
  },
  async (bench, [one, two], { characteristic: other }) => {
    // 1. The upper tester reads two sets of values, one after the other, and both are asked for at once, by two Enhanced bearers.
    const service = await bench.run(bench.connection.service(0xffb0));
    const characteristic = await bench.run(service.characteristic(0xb000));
    const [first, second] = [one, two];
    const ofFirst = bench.connection.readMultiple([characteristic, other]);
    await first.expect(readMultipleVariable(characteristic.handle, other.handle));
    const ofSecond = bench.connection.readMultiple([other, characteristic]);
    await second.expect(readMultipleVariable(other.handle, characteristic.handle));
    // 2. The tester answers each where it was asked, and the upper tester gets both.
    first.send('21 0100 11 0200 2222');
    expect((await bench.run(ofFirst)).map(hex)).toEqual(['11', '2222']);
    second.send('21 0300 333333 0000');
    expect((await bench.run(ofSecond)).map(hex)).toEqual(['333333', '']);
  },
);
