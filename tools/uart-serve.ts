import type { Connection } from 'jelling';
import {
  NORDIC_UART_SERVICE,
  type NordicUartService,
  nordicUartService,
  type UartChannel,
} from 'jelling/services';
import { serveCentrals } from './centrals.ts';
import { defineCommand, type Invocation } from './command.ts';
import { flag, text, withDefault } from './option.ts';
import { withAdapter } from './session.ts';
import { lineOptions, listen } from './uart-line.ts';

const options = {
  ...lineOptions,
  name: withDefault('NAME', 'the name to advertise; uart unless given', text, 'uart'),
  once: flag('end when the first central has gone'),
};

export const uartServe = defineCommand({
  description: [
    'Advertises the Nordic UART service, prints what centrals send, and sends all of them what comes from standard input, which waits while nobody listens. It goes on until Ctrl-C, or until the first central has gone with --once.',
  ],
  options,
  examples: ['jelling uart serve', 'jelling uart serve --name console --once < greeting.txt > heard.txt'],
  async run(invocation) {
    const { output, options: given, signal, common } = invocation;
    const { name, once } = given;
    const uart = nordicUartService();
    await withAdapter(
      invocation,
      async (ble) => {
        ble.registerServices(uart);
        await using advertising = ble.advertising({
          name,
          services: [NORDIC_UART_SERVICE],
          timeoutMs: common.timeout,
          signal,
        });
        const over = new AbortController();
        const lines = new Lines(invocation, uart);
        const speaking = lines.speak(AbortSignal.any([signal, over.signal]));
        try {
          const what = `a Nordic UART under the name ${name}`;
          const onConnection = (connection: Connection): Promise<void> => lines.open(connection);
          await serveCentrals({
            ble,
            advertising,
            output,
            signal,
            what,
            fields: { name },
            once,
            tell: 'note',
            onConnection,
          });
        } finally {
          over.abort();
          await speaking;
        }
      },
      { name },
    );
    return undefined;
  },
});

/** The channels of all who are connected. */
class Lines {
  readonly #invocation: Invocation<typeof options>;
  readonly #uart: NordicUartService;
  readonly #channels = new Set<UartChannel>();
  /** Wakes who waits for somebody to connect. */
  #opened: () => void = () => undefined;

  constructor(invocation: Invocation<typeof options>, uart: NordicUartService) {
    this.#invocation = invocation;
    this.#uart = uart;
  }

  /** Never rejects. */
  async open(connection: Connection): Promise<void> {
    const channel = this.#uart.channel(connection);
    this.#channels.add(channel);
    this.#opened();
    try {
      await listen(this.#invocation, channel, this.#invocation.options.raw);
    } catch {
      // The link was lost: that is told of it.
    }
    this.#channels.delete(channel);
  }

  /** Standard input, to all. Never rejects. */
  async speak(signal: AbortSignal): Promise<void> {
    try {
      for (;;) {
        await this.#somebody(signal);
        const octets = await this.#invocation.input.read(signal);
        if (octets === undefined) return;
        await this.#somebody(signal);
        await Promise.all([...this.#channels].map((channel) => this.#send(channel, octets, signal)));
      }
    } catch {
      // It is over.
    }
  }

  async #send(channel: UartChannel, octets: Uint8Array, signal: AbortSignal): Promise<void> {
    try {
      await channel.send(octets, { timeoutMs: Number.POSITIVE_INFINITY, signal });
    } catch {
      // It has gone.
    }
  }

  #somebody(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const aborted = (): void => reject(signal.reason);
      signal.throwIfAborted();
      signal.addEventListener('abort', aborted, { once: true });
      this.#opened = () => {
        signal.removeEventListener('abort', aborted);
        resolve();
      };
      if (this.#channels.size > 0) this.#opened();
    });
  }
}
