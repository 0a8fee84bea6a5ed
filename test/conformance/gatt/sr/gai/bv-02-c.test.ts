import { expect } from 'vitest';
import { confirmation, indication, read, readResponse, write, writeResponse } from '../../../harness/att.ts';
import { bondedServerCase } from '../../../harness/bonded.ts';
import { watch } from '../../../harness/steps.ts';

bondedServerCase(
  'GATT/SR/GAI/BV-02-C',
  {
    file: 'src/gatt/server/client-states.ts',
    from: '    this.#kept.set(identity, state);',
    to: '    this.#kept.delete(identity);',
  },
  async (bench, { sending }, comeBack) => {
    const { att } = bench;
    // Preamble: the tester configures the characteristic for indications.
    await att.exchange(write(sending.handle + 1, '0200'), writeResponse);
    // 1. and 2. The upper tester has the value indicated, and it comes.
    const confirmed = watch(sending.indicate(bench.connection));
    await att.expect(indication(sending.handle, '5e4d'));
    // 3. and 4. The tester confirms it, and the upper tester learns that.
    att.send(confirmation);
    await att.silent();
    expect(confirmed.state).toBe('resolved');
    // 5. The tester ends the link and makes another.
    await comeBack();
    // 6. and 7. What it has configured is there.
    await att.exchange(read(sending.handle + 1), readResponse('0200'));
  },
);
