import { expect } from 'vitest';
import { mtuRequest, read, readResponse } from '../../../harness/att.ts';
import { Bench } from '../../../harness/bench.ts';
import { conformance } from '../../../harness/case.ts';
import { ramp, u16At } from '../../../harness/pdu.ts';
import { testServices } from '../../../harness/services.ts';

conformance(
  'GATT/SR/GAC/BV-01-C',
  {
    file: 'src/att/mtu-exchange.ts',
    from: 'Math.min(this.#options.rxMtu, peerRxMtu)',
    to: 'this.#options.rxMtu',
  },
  async () => {
    for (const mtu of [23, 512]) {
      const database = testServices();
      await using bench = await Bench.peripheral({ services: database.services });
      // 1. The tester asks for an exchange with its own MTU, and the server answers with its own.
      const answer = await bench.att.exchange(mtuRequest(mtu), '03 .. ..');
      const agreed = Math.min(mtu, u16At(answer, 1));
      expect(bench.connection.mtu).toBe(agreed);
      // 2. The tester reads a value of 512 octets: the answer is as long as the smaller of both lets it be.
      await bench.att.exchange(read(database.full.handle), readResponse(ramp(agreed - 1)));
      await bench.verdict();
    }
  },
);
