import { read, readResponse, Type, write, writeResponse } from '../../../harness/att.ts';
import { bondedServerCase } from '../../../harness/bonded.ts';
import { findValue } from '../../../harness/steps.ts';

bondedServerCase(
  'GATT/SR/GAS/BV-04-C',
  {
    file: 'src/gatt/server/client-state.ts',
    from: 'copy.#features = this.#features;',
    to: 'copy.#features = 0;',
  },
  async ({ att }, _, comeBack) => {
    const features = await findValue(att, Type.clientSupportedFeatures);
    // 1. The tester asks for robust caching.
    await att.exchange(write(features, '01'), writeResponse);
    // 2. It ends the link and makes another.
    await comeBack();
    // 3. It reads what it has asked for.
    await att.exchange(read(features), readResponse('01'));
  },
);
