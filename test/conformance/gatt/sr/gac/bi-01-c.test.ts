import { Code, error, mtuRequest, read, readResponse } from '../../../harness/att.ts';
import { enhancedServerCase } from '../../../harness/eatt.ts';
import { SHORT_VALUE } from '../../../harness/services.ts';

enhancedServerCase(
  'GATT/SR/GAC/BI-01-C',
  {
    file: 'src/att/mtu-exchange.ts',
    from: '    if (channelMtu !== undefined) {',
    to: '    if (channelMtu === null) {',
  },
  async (_, [bearer], { short }) => {
    // 1. The tester asks for an exchange of MTU on an Enhanced bearer, and is refused: there is no such request there.
    await bearer.exchange(mtuRequest(200), error(0x02, 0, Code.requestNotSupported));
    // 2. The bearer goes on.
    await bearer.exchange(read(short.handle), readResponse(SHORT_VALUE));
  },
);
