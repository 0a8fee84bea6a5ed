import { copyBytes, toHex } from '../../core/bytes.ts';
import { TransportError } from '../../core/errors.ts';
import { procedure } from '../../core/procedure.ts';
import { H5Link } from '../h5/h5-link.ts';
import { orTimeout, type ProbeOptions, ratesInWords } from './serial-probe.ts';

/** For the answer to SYNC, which is sent four times a second, where several rates are tried. */
const ANSWER_MS = 650;
/** Where the rate is known; a line that loses octets loses calls too. */
const PATIENT_ANSWER_MS = 2_500;
/** From the answer to SYNC to the end of link establishment. */
const ESTABLISH_MS = 2_500;
const ROUNDS = 2;
/** Of what came instead of an answer, so much is shown. */
const SHOWN_OCTETS = 16;

export interface CalledLink {
  readonly link: H5Link;
  readonly baudRate: number;
}

/**
 * Establishes a three-wire link, at the first rate at which the controller answers SYNC (Vol 4, Part D, 8.1), and leaves the line paused. Rejects with
 * TransportError when none answers.
 */
export const callController = async (options: ProbeOptions): Promise<CalledLink> => {
  const { baudRates, name, evenParity } = options;
  let heard: Uint8Array | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    for (const baudRate of baudRates) {
      const called = await callAt(options, baudRate);
      if (called instanceof H5Link) return { link: called, baudRate };
      heard ??= called;
    }
  }
  const rates = ratesInWords(baudRates);
  const what =
    heard === undefined
      ? `no controller answers SYNC on ${name} at ${rates}`
      : `what answers on ${name} at ${rates} does not establish a three-wire link (it said ${toHex(heard, ' ')})`;
  throw new TransportError(
    `${what}; check that the board runs controller firmware that speaks the three-wire protocol (H5) on this port and its baud rate, ${evenParity ? 'leave ,even out where it has no parity' : 'write ,even behind ,h5 where it has even parity'}, and leave ,h5 out for H4`,
  );
};

/** The link, or what was heard instead, if anything. */
const callAt = async (options: ProbeOptions, baudRate: number): Promise<H5Link | Uint8Array | undefined> => {
  const { line, clock, scope, name, baudRates } = options;
  const { stream } = line;
  await line.setBaudRate(baudRate);
  await line.discard();
  let heard: Uint8Array | undefined;
  let onPhase = (_phase: H5Link['phase']): void => undefined;
  const link = new H5Link(
    { side: 'host', clock, baudRate, onPhase: (phase) => onPhase(phase) },
    {
      write: (octets) => stream.write(octets),
      // Nothing is delivered, acknowledged or reset before the link is handed on.
      wake: () => undefined,
      packet: () => undefined,
      lostSync: () => undefined,
      lose: () => undefined,
      peerReset: () => undefined,
    },
  );
  const until = (phase: H5Link['phase'], what: string, defaultTimeoutMs: number): Promise<true | undefined> =>
    orTimeout(
      procedure<true>(
        { what: `waiting for ${name} to ${what}`, clock, scope, defaultTimeoutMs },
        (settle) => {
          onPhase = (reached) => {
            if (reached === phase) settle.resolve(true);
          };
          if (link.phase === phase) settle.resolve(true);
          return undefined;
        },
      ),
    );
  const onData = (chunk: Uint8Array): void => {
    // A copy, since the link overwrites what it reads.
    heard ??= copyBytes(chunk.subarray(0, SHOWN_OCTETS));
    link.push(chunk);
  };
  let established = false;
  try {
    stream.on('data', onData);
    // A listener does not set a stream going that the rate before has paused.
    stream.resume();
    link.call();
    const patienceMs = baudRates.length === 1 ? PATIENT_ANSWER_MS : ANSWER_MS;
    if ((await until('initialized', 'answer SYNC', patienceMs)) === undefined) return heard;
    established = (await until('active', 'answer CONFIG', ESTABLISH_MS)) === true;
    return established ? link : heard;
  } finally {
    onPhase = () => undefined;
    stream.off('data', onData);
    stream.pause();
    if (!established) link.stop();
  }
};
