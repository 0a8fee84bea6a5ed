import { Characteristic, Service } from 'jelling';
import { read, readByType, readResponse } from '../../../harness/att.ts';
import { Bench } from '../../../harness/bench.ts';
import { conformance } from '../../../harness/case.ts';
import { formatSamples } from '../../../harness/formats.ts';
import { bytes, u16 } from '../../../harness/pdu.ts';

conformance(
  'GATT/SR/GPA/BV-12-C',
  {
    file: 'src/gatt/presentation-format.ts',
    from: '  exponent: i8,',
    to: '  exponent: u8,',
  },
  async () => {
    const service = new Service(0xffb0);
    const characteristics = formatSamples.map(({ options, value }, i) => {
      const initial = bytes(value);
      return new Characteristic(service, 0xb100 + i, { read: true, initial, format: options });
    });
    await using bench = await Bench.peripheral({ services: [service] });
    const { att } = bench;
    for (const [i, { descriptor, value }] of formatSamples.entries()) {
      const { handle = 0 } = characteristics[i] ?? {};
      // 1. The tester reads by the type of the descriptor within the characteristic, and finds each field as the upper tester has it.
      att.send(readByType(handle, handle + 1, 0x2904));
      await att.expect(`0909${u16(handle + 1)}${descriptor}`);
      // 2. It reads the value that the descriptor speaks of.
      await att.exchange(read(handle), readResponse(value));
    }
    await bench.verdict();
  },
);
