import { Characteristic, Service } from 'jelling';
import { read, readResponse } from '../../../harness/att.ts';
import { Bench } from '../../../harness/bench.ts';
import { conformance } from '../../../harness/case.ts';
import { bytes } from '../../../harness/pdu.ts';

conformance(
  'GATT/SR/GAR/BI-45-C',
  { file: 'src/att/responder.ts', from: '    this.answer(makePacket());', to: '    makePacket();' },
  async () => {
    const answers: (() => void)[] = [];
    const service = new Service(0xffb1);
    const values = ['aa01', 'aa02'].map(
      (value, i) =>
        new Characteristic(service, 0xb101 + i, {
          read: true,
          onRead: () => new Promise((resolve) => answers.push(() => resolve(bytes(value)))),
        }),
    );
    await using bench = await Bench.peripheral({ services: [service] });
    const { att } = bench;
    const handles = values.map(({ handle }) => handle);
    // 1. The tester reads two values, the second before the first has been answered.
    for (const handle of handles) att.send(read(handle));
    await att.silent();
    for (const answer of answers) answer();
    // 2. The first is answered, and the second ignored: one of the ways that the suite leaves open.
    await att.expect(readResponse('aa01'));
    await att.silent();
    // 3. The bearer goes on: the second is answered when it is asked for in turn.
    att.send(read(handles[1] ?? 0));
    await att.silent();
    answers.at(-1)?.();
    await att.expect(readResponse('aa02'));
    await bench.verdict();
  },
);
