import { expect } from 'vitest';
import { peripheralCase } from '../../harness/case.ts';
import { openEnhanced } from '../../harness/enhanced.ts';
import { closeFromTester } from '../../harness/signalling.ts';

peripheralCase(
  'L2CAP/ECFC/BV-09-C',
  {
    file: 'src/l2cap/credit-channels.ts',
    from: 'signalling.answer(commands.DisconnectionResponse, identifier, { destinationCid, sourceCid });',
    to: 'signalling.answer(commands.DisconnectionResponse, identifier, { destinationCid: sourceCid, sourceCid: destinationCid });',
  },
  async (bench) => {
    const channel = await openEnhanced(bench);
    // 1. The tester closes the channel, and the request is answered; the upper tester learns that.
    await closeFromTester(bench, channel);
    expect(channel.iut.isOpen).toBe(false);
  },
);
