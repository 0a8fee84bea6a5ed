import { expect } from 'vitest';
import { read, readResponse } from '../../../harness/att.ts';
import { centralCase } from '../../../harness/case.ts';
import { hex, u16 } from '../../../harness/pdu.ts';
import { PeerDatabase } from '../../../harness/peer-database.ts';

/** Octets of the value, format, exponent, unit, and what they mean; the first three are the suite's own examples. */
const samples = [
  ['25f0', 0x0e, 'fb', 0x27ac, -0.04059],
  ['44cd55bb4a2b6241', 0x15, '00', 0x2782, 9525845.854223855],
  ['081fc103c703b903bc03ae03b403b703c203', 0x1a, '00', 0x2700, 'Ἀρχιμήδης'],
  ['01', 0x01, '00', 0x2700, true],
  ['ff0f', 0x05, '02', 0x2701, 409500],
  ['ffffffffffffffff', 0x0a, '00', 0x2700, 2n ** 64n - 1n],
  ['0102030405', 0x1b, '00', 0x2700, '0102030405'],
] as const;

centralCase(
  'GATT/CL/GPA/BV-12-C',
  {
    file: 'src/gatt/client/formatted-value.ts',
    from: 'return scaled(number, exponent);',
    to: 'return scaled(number, -exponent);',
  },
  async (bench) => {
    bench.att.responder = new PeerDatabase([
      { uuid: 0xffb0, characteristics: [{ uuid: 0xb001, descriptors: [0x2904] }] },
    ]).answer;
    const service = await bench.run(bench.connection.service(0xffb0));
    const characteristic = await bench.run(service.characteristic(0xb001));
    const descriptor = await bench.run(characteristic.descriptor(0x2904));
    bench.att.responder = undefined;
    for (const [value, format, exponent, unit, meant] of samples) {
      // 1. The upper tester has the value read as its format says, and the client reads the format.
      const formatted = characteristic.readFormatted();
      await bench.att.expect(read(descriptor.handle));
      const octet = format.toString(16).padStart(2, '0');
      bench.att.send(readResponse(`${octet}${exponent}${u16(unit)}010000`));
      // 2. The client reads the value, and the upper tester gets what it means, with the unit.
      await bench.att.expect(read(characteristic.handle));
      bench.att.send(readResponse(value));
      const [part, ...more] = await bench.run(formatted);
      expect(more).toEqual([]);
      expect(part?.value instanceof Uint8Array ? hex(part.value) : part?.value).toBe(meant);
      expect(part?.format.unit).toBe(unit.toString(16));
    }
  },
);
