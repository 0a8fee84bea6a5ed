import { readMultipleVariable } from '../../../harness/att.ts';
import { enhancedServerCase } from '../../../harness/eatt.ts';
import { SHORT_VALUE } from '../../../harness/services.ts';

enhancedServerCase(
  'GATT/SR/GAR/BV-12-C',
  {
    file: 'src/att/bearer-set.ts',
    from: 'bearer.server = this.#makeServer?.();',
    to: 'bearer.server = enhanced === undefined ? this.#makeServer?.() : undefined;',
  },
  async (bench, [one, two], { short, readOnly, fixed }) => {
    // 1. The tester reads several values by two Enhanced bearers at once.
    const [first, second] = [one, two];
    first.send(readMultipleVariable(short.handle, readOnly.handle));
    second.send(readMultipleVariable(readOnly.handle, fixed.handle));
    // 2. Each is answered where it was asked.
    await second.expect('21 0200 aa55 0400 f0f1f2f3');
    await first.expect(`21 0500 ${SHORT_VALUE} 0200 aa55`);
    for (const bearer of [bench.att, one, two]) await bearer.silent(0);
  },
);
