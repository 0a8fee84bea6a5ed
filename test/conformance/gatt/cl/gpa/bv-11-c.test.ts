import { expect } from 'vitest';
import { read, readResponse } from '../../../harness/att.ts';
import { centralCase } from '../../../harness/case.ts';
import { octet, u16 } from '../../../harness/pdu.ts';
import { PeerDatabase } from '../../../harness/peer-database.ts';

/** Octets of a part, its format, exponent and unit, and what it means. */
const parts = [
  ['01', 0x01, '00', 0x2700, true],
  ['02', 0x02, '00', 0x2700, 2],
  ['6608', 0x0e, 'fe', 0x272f, 21.5],
  ['ff0f', 0x05, '01', 0x2701, 40950],
  ['0000c03f', 0x14, '00', 0x2703, 1.5],
  ['ffffff', 0x0f, '00', 0x2704, -1],
  ['2a', 0x04, '7f', 0x2706, 4.2e128],
] as const;

/** Which of the formats each aggregate refers to, in the order of its parts. */
const aggregates = [
  [0, 2],
  [2, 0],
  [6, 5, 4, 3, 2, 1, 0],
  [1, 1, 1, 4],
  [3, 6, 3],
] as const;

centralCase(
  'GATT/CL/GPA/BV-11-C',
  {
    file: 'src/gatt/client/read-presentation-formats.ts',
    from: 'own.find((each) => each.handle === handle)',
    to: 'own.find((each) => each.handle >= (own[0]?.handle ?? handle))',
  },
  async (bench) => {
    bench.att.responder = new PeerDatabase([
      {
        uuid: 0xffb0,
        characteristics: [{ uuid: 0xb001, descriptors: [...parts.map(() => 0x2904), 0x2905] }],
      },
    ]).answer;
    const service = await bench.run(bench.connection.service(0xffb0));
    const characteristic = await bench.run(service.characteristic(0xb001));
    const descriptors = await bench.run(characteristic.descriptors());
    const handles = descriptors.map(({ handle }) => handle);
    bench.att.responder = undefined;
    for (const aggregate of aggregates) {
      const chosen = aggregate.map((index) => parts[index]);
      // 1. The upper tester has the value read as its formats say, and the client reads in which order they apply.
      const formatted = characteristic.readFormatted();
      await bench.att.expect(read(handles.at(-1) ?? 0));
      bench.att.send(readResponse(aggregate.map((index) => u16(handles[index] ?? 0)).join('')));
      // 2. It reads each of these formats, and the value.
      bench.att.responder = (pdu) => {
        const index = handles.findIndex((handle) => pdu === read(handle));
        const part = parts[index];
        if (part !== undefined) return readResponse(`${octet(part[1])}${part[2]}${u16(part[3])}010000`);
        if (pdu !== read(characteristic.handle)) return undefined;
        return readResponse(chosen.map(([octets]) => octets).join(''));
      };
      // 3. The upper tester gets as many values as there are parts, each with what it means and its unit.
      const values = (await bench.run(formatted)).map(({ value, format }) => [value, format.unit]);
      expect(values).toEqual(chosen.map(([, , , unit, meant]) => [meant, unit.toString(16)]));
      bench.att.responder = undefined;
    }
  },
);
