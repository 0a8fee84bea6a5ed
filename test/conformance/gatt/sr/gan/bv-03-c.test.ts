import { notification, read, readResponse, write, writeResponse } from '../../../harness/att.ts';
import { bondedServerCase } from '../../../harness/bonded.ts';

bondedServerCase(
  'GATT/SR/GAN/BV-03-C',
  {
    file: 'src/gatt/server/client-states.ts',
    from: '    this.#kept.set(identity, state);',
    to: '    this.#kept.delete(identity);',
  },
  async (bench, { sending }, comeBack) => {
    const { att } = bench;
    // Preamble: the tester configures the characteristic for notifications.
    await att.exchange(write(sending.handle + 1, '0100'), writeResponse);
    // 1. and 2. The upper tester has the value notified, and it comes.
    await bench.run(sending.notify(bench.connection));
    await att.expect(notification(sending.handle, '5e4d'));
    // 3. The tester ends the link and makes another.
    await comeBack();
    // 4. and 5. What it has configured is there.
    await att.exchange(read(sending.handle + 1), readResponse('0100'));
  },
);
