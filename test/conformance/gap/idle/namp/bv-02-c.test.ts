import { expect } from 'vitest';
import { readByType } from '../../../harness/att.ts';
import { peripheralCase } from '../../../harness/case.ts';
import { hex, slice } from '../../../harness/pdu.ts';

const DEVICE_NAME = 0x2a00;

peripheralCase(
  'GAP/IDLE/NAMP/BV-02-C',
  {
    file: 'src/gatt/server/standard-services.ts',
    from: 'this.#name.write(name);',
    to: 'this.#name.write(name.toLowerCase());',
  },
  async (bench) => {
    // 1. The upper tester gives the implementation under test a name.
    bench.iut.name = 'Under Test';
    // 2. The tester asks for the name by its type, and gets it.
    const answer = await bench.att.exchange(readByType(1, 0xffff, DEVICE_NAME), '09 *');
    expect(slice(answer, 4)).toBe(hex(new TextEncoder().encode('Under Test')));
  },
);
