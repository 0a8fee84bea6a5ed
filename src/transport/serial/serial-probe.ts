import { toHex } from '../../core/bytes.ts';
import type { Clock } from '../../core/clock.ts';
import { TimeoutError, TransportError } from '../../core/errors.ts';
import { procedure } from '../../core/procedure.ts';
import type { WaitScope } from '../../core/wait-scope.ts';
import { matches, RESET, RESET_COMPLETE } from '../reset-complete.ts';
import type { SerialDriver, SerialLine } from './serial-line.ts';

/** In the order in which they are tried: what nRF and ESP32 firmware uses, then what everything begins with. */
export const BAUD_RATES: readonly number[] = [1_000_000, 115_200, 460_800, 921_600, 3_000_000];

/** No octet for so long means that the line is quiet; at 115200 baud one takes a tenth of a millisecond. */
const QUIET_MS = 20;
/** A line that never falls quiet is probed all the same. */
const DRAIN_LIMIT_MS = 200;
/** For the answer to a Reset: chips that run from ROM take the longest. */
const ANSWER_MS = 400;
/** A controller that took octets of a wrong rate for the head of a packet swallows the first Reset of the right one. */
const ROUNDS = 2;

export interface ProbeOptions {
  readonly name: string;
  readonly line: SerialLine;
  readonly driver: Pick<SerialDriver, 'makeByteLengthParser'>;
  readonly clock: Clock;
  /** Ends when the caller gives up or the line is lost. */
  readonly scope: WaitScope;
  readonly baudRates: readonly number[];
  readonly flowControl: boolean;
  readonly evenParity: boolean;
}

/** Undefined when the deadline passed; every other end of the wait rejects. */
export const orTimeout = <T>(waiting: Promise<T>): Promise<T | undefined> =>
  waiting.catch((error: unknown) => {
    if (error instanceof TimeoutError) return undefined;
    throw error;
  });

/** Reads and drops until nothing comes any more, and leaves the stream paused. */
export const untilQuiet = async ({ line, clock, scope, name }: ProbeOptions): Promise<void> => {
  const { stream } = line;
  await line.discard();
  let rest = (): void => undefined;
  try {
    await orTimeout(
      procedure<void>(
        { what: `waiting for ${name} to fall quiet`, clock, scope, defaultTimeoutMs: DRAIN_LIMIT_MS },
        (settle) => {
          let timer = clock.after(QUIET_MS, () => settle.resolve());
          const onData = (): void => {
            timer.cancel();
            timer = clock.after(QUIET_MS, () => settle.resolve());
          };
          rest = () => {
            timer.cancel();
            stream.off('data', onData);
            stream.pause();
          };
          stream.on('data', onData);
          return undefined;
        },
      ),
    );
  } finally {
    rest();
  }
};

/** Sends a command over H4; the first `length` octets that come back, or undefined. */
export const askLine = async (
  { line, driver, clock, scope, name }: ProbeOptions,
  command: readonly number[],
  length: number,
): Promise<Uint8Array | undefined> => {
  const { stream } = line;
  const parser = driver.makeByteLengthParser(length);
  try {
    return await orTimeout(
      procedure<Uint8Array>(
        { what: `waiting for ${name} to answer`, clock, scope, defaultTimeoutMs: ANSWER_MS },
        (settle) => {
          parser.once('data', (bytes: Uint8Array) => settle.resolve(bytes));
          stream.pipe(parser);
          stream.write(Uint8Array.from(command));
          return undefined;
        },
      ),
    );
  } finally {
    stream.unpipe(parser);
    stream.pause();
    parser.destroy();
  }
};

export const ratesInWords = (baudRates: readonly number[]): string =>
  baudRates.length === 1 ? `${baudRates[0]} baud` : `any of ${baudRates.join(', ')} baud`;

/**
 * Tries the rates until a controller answers HCI_Reset, and leaves the line quiet at that rate, which it gives back. Rejects with
 * TransportError when none answers.
 */
export const findBaudRate = async (options: ProbeOptions): Promise<number> => {
  const { line, baudRates, name } = options;
  let heard: Uint8Array | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    for (const baudRate of baudRates) {
      await line.setBaudRate(baudRate);
      // Events that were already on their way may come first: what does not match is drained, and the question put again.
      for (let tries = 0; tries < 2; tries++) {
        await untilQuiet(options);
        const answer = await askLine(options, RESET, RESET_COMPLETE.length);
        if (answer !== undefined && matches(answer, RESET_COMPLETE)) {
          await untilQuiet(options);
          return baudRate;
        }
        if (answer === undefined) break;
        heard = answer;
      }
    }
  }
  const rates = ratesInWords(baudRates);
  const what =
    heard === undefined
      ? `no controller answers HCI_Reset on ${name} at ${rates}`
      : `what answers on ${name} at ${rates} is no HCI controller (it said ${toHex(heard, ' ')})`;
  throw new TransportError(
    `${what}; check that the board runs controller firmware that speaks H4 on this port (Zephyr: hci_uart) and its baud rate, write ,h5 behind the path if it speaks the three-wire protocol` +
      (options.flowControl ? ', and ,noflow if RTS and CTS are not wired' : ''),
  );
};
