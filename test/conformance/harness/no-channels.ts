import type { Bench } from './bench.ts';
import { peripheralCase } from './case.ts';
import { enhancedRequest } from './enhanced.ts';
import type { Hex } from './pdu.ts';
import { rejectNotUnderstood, Signal, signal } from './signalling.ts';

/** A request of the length that the suite gives it. */
export const shortRequest = (identifier: number): Hex =>
  signal(Signal.enhancedRequest, identifier, 0x0080, 0x0040);

/** A case of malformed requests for channels, with a host that has none. */
export const noChannelsCase = (id: string, sendMalformed: (bench: Bench) => void): void =>
  peripheralCase(
    id,
    {
      file: 'src/l2cap/l2cap-link.ts',
      from: 'if (options.hasChannels === false) this.#signalling.disclaim(channelCommands);',
      to: 'if (options.hasChannels === undefined) this.#signalling.disclaim(channelCommands);',
    },
    async (bench) => {
      // 1. The tester sends the malformed request. It is discarded or rejected.
      sendMalformed(bench);
      await bench.signalling.optional('01 *');
      await bench.signalling.silent();
      // 2. The tester sends sound ones, of the suite's length and of that which the command has. They are not understood.
      for (const [identifier, request] of [
        [0x30, shortRequest(0x30)],
        [0x31, enhancedRequest(0x31)],
      ] as const) {
        await bench.signalling.exchange(request, rejectNotUnderstood(identifier));
      }
    },
    { l2capChannels: false },
  );
