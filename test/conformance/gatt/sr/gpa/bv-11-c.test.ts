import { Characteristic, Service } from 'jelling';
import { expect } from 'vitest';
import { read, readBlob, readByType, readResponse } from '../../../harness/att.ts';
import { Bench } from '../../../harness/bench.ts';
import { conformance } from '../../../harness/case.ts';
import { formatSamples } from '../../../harness/formats.ts';
import { bytes, octet, size, slice, u16, u16At } from '../../../harness/pdu.ts';

/** Which formats the five aggregates are made of: from two to nine. */
const choices = [
  [3, 13],
  [0, 1, 2, 20],
  [4, 8, 10, 18, 22],
  [5, 5, 6, 7, 9, 11],
  [12, 14, 15, 16, 17, 19, 21, 23, 3],
];

conformance(
  'GATT/SR/GPA/BV-11-C',
  {
    file: 'src/gatt/server/ready-descriptors.ts',
    from: 'handle - count + i',
    to: 'handle - i - 1',
  },
  async () => {
    const service = new Service(0xffb0);
    const aggregates = choices.map((choice, i) => {
      const parts = choice.flatMap((at) => formatSamples[at] ?? []);
      const value = parts.map((part) => part.value).join('');
      const characteristic = new Characteristic(service, 0xb200 + i, {
        read: true,
        initial: bytes(value),
        format: parts.map(({ options }) => options),
      });
      return { parts, value, characteristic };
    });
    await using bench = await Bench.peripheral({ services: [service] });
    const { att } = bench;
    for (const { parts, value, characteristic } of aggregates) {
      const { handle } = characteristic;
      // 1. The tester reads the aggregate format by its type within the characteristic: a handle for each part.
      const end = handle + parts.length + 1;
      const answer = await att.exchange(readByType(handle, end, 0x2905), `09${octet(2 + 2 * parts.length)}*`);
      const list = slice(answer, 4);
      expect(u16At(answer, 2)).toBe(end);
      expect(size(list)).toBe(2 * parts.length);
      // 2. It reads the format at each of those handles: they are those of the parts, in their order.
      for (const [i, { descriptor }] of parts.entries()) {
        await att.exchange(read(u16At(list, 2 * i)), readResponse(descriptor));
      }
      // 3. It reads the value, in as many parts as that takes.
      let got = slice(await att.exchange(read(handle), '0b *'), 1);
      while (size(got) % 22 === 0 && size(got) > 0 && size(got) < size(value)) {
        got += slice(await att.exchange(readBlob(handle, size(got)), '0d *'), 1);
      }
      expect(got).toBe(value);
      // 4. There is no other aggregate format in the characteristic.
      await att.exchange(readByType(handle, end - 1, 0x2905), `0108${u16(handle)}0a`);
    }
    await bench.verdict();
  },
);
