import { expect } from 'vitest';
import { readByType, readByTypeResponse } from '../../../harness/att.ts';
import { centralCase } from '../../../harness/case.ts';
import { hex } from '../../../harness/pdu.ts';

const DEVICE_NAME = 0x2a00;

centralCase(
  'GAP/IDLE/NAMP/BV-01-C',
  {
    file: 'src/gatt/client/read-by-uuid.ts',
    from: 'found.push({ handle, value: whole });',
    to: 'found.push({ handle, value: whole.subarray(1) });',
  },
  async (bench) => {
    // 1. The upper tester asks for the name of the tester, and the tester is asked for the value of that type.
    const reading = bench.connection.readByUuid(DEVICE_NAME);
    await bench.att.expect(readByType(1, 0xffff, DEVICE_NAME));
    // 2. The tester gives it; there can be no second one behind the last handle.
    const name = hex(new TextEncoder().encode('Lower Tester'));
    bench.att.send(readByTypeResponse([0xffff, name]));
    // 3. The upper tester has the name.
    const values = (await bench.run(reading)).map(({ value }) => hex(value));
    expect(values).toEqual([name]);
  },
);
