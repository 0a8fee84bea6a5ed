import type { Clock } from '../../core/clock.ts';
import { TransportError } from '../../core/errors.ts';
import { procedure } from '../../core/procedure.ts';
import type { HciTransport, SerialRate } from '../../core/transport.ts';
import { WaitScope } from '../../core/wait-scope.ts';
import { messageOf } from '../connect-failure.ts';
import { H4Protocol } from '../h4-protocol.ts';
import type { Line, LineProtocol, LineProtocolName } from '../line-protocol.ts';
import { OPEN_TIMEOUT_MS, type OpenTransportOptions } from '../open-options.ts';
import { StreamTransport } from '../stream-transport.ts';
import { callController } from './serial-call.ts';
import { explainSerialFailure } from './serial-failure.ts';
import type { SerialDriver, SerialLine } from './serial-line.ts';
import { BAUD_RATES, findBaudRate, type ProbeOptions } from './serial-probe.ts';
import { raiseBaudRate } from './serial-raise.ts';
import { loadSerialDriver } from './serialport-driver.ts';

export interface SerialAddress {
  readonly path: string;
  /** Absent: the usual rates are tried until a controller answers. */
  readonly baudRate?: number | undefined;
  /** RTS/CTS; true by default with H4, where a controller may lose octets without it when the host is busy, and false with H5. */
  readonly flowControl?: boolean | undefined;
  /** H4 unless given. */
  readonly protocol?: LineProtocolName | undefined;
  /** With H5 only: false by default. */
  readonly evenParity?: boolean | undefined;
  /** A rate that the chip is told to take once it has answered, by a command of its maker; over H4 only. */
  readonly raiseTo?: number | undefined;
}

/** For the last octets to leave when a line is closed. */
const DRAIN_ON_CLOSE_MS = 250;

/**
 * Opens a controller on a serial port, finds its baud rate if none is given, and resets it on the way, or establishes the link of H5. Once open, a serial port keeps the
 * process alive whatever unref() says: the driver cannot let go of it.
 *
 * Rejects with TransportError, TimeoutError or the reason of the abort; the port is closed by then.
 */
export const openSerial = async (
  at: SerialAddress,
  options: OpenTransportOptions,
  load: () => Promise<SerialDriver> = loadSerialDriver,
): Promise<HciTransport> => {
  const { clock } = options;
  const { path, baudRate, raiseTo } = at;
  const usual = at.protocol !== 'h5';
  const flowControl = at.flowControl ?? usual;
  const evenParity = at.evenParity ?? false;
  const name = `serial:${path}`;
  const scope = new WaitScope();

  const open = async (): Promise<HciTransport> => {
    const driver = await load();
    scope.check();
    // A chip that was told to be faster, and has kept its power since, is so still.
    const given = baudRate === undefined ? BAUD_RATES : [baudRate];
    const baudRates = raiseTo === undefined ? given : [...new Set([...given, raiseTo])];
    const first = baudRates[0] ?? BAUD_RATES[0] ?? 0;
    const line = await driver
      .open({ path, baudRate: first, flowControl, evenParity })
      .catch((error: unknown) => {
        throw new TransportError(`cannot open ${name}: ${explainSerialFailure(path, error)}`, {
          cause: error,
        });
      });
    const lose = (error: unknown): void =>
      scope.end(
        new TransportError(`${name} was lost while it was opened: ${messageOf(error)}`, { cause: error }),
      );
    const loseClosed = (error: unknown): void => lose(error ?? new Error('it was closed'));
    line.stream.on('error', lose);
    line.stream.on('close', loseClosed);
    try {
      const probing = { name, line, driver, clock, scope, baudRates, flowControl, evenParity };
      const { rate, protocol } =
        at.protocol === 'h5' ? await startH5(probing) : await startH4(probing, raiseTo);
      line.stream.off('error', lose);
      line.stream.off('close', loseClosed);
      scope.check();
      return new StreamTransport({
        name: `${name},${rate}${flowControl === usual ? '' : flowControl ? ',rtscts' : ',noflow'}${at.protocol === 'h5' ? ',h5' : ''}${evenParity ? ',even' : ''}`,
        stream: line.stream,
        protocol,
        advice: 'check the cable, then open the adapter again',
        bus: 'uart',
        line: at.protocol === 'h5' ? undefined : rateOf(line, rate, at.raiseTo),
        release: (how) => releaseLine(line, clock, how),
      });
    } catch (error) {
      await releaseLine(line, clock, 'atOnce');
      throw error;
    }
  };

  return procedure<HciTransport>(
    {
      what: `opening ${name}`,
      clock,
      defaultTimeoutMs: OPEN_TIMEOUT_MS,
      timeoutMs: options.timeoutMs,
      signal: options.signal,
      hint: () => `no controller has answered ${at.protocol === 'h5' ? 'SYNC' : 'HCI_Reset'} yet`,
    },
    (settle) => {
      const opening = open();
      opening.then(settle.resolve, settle.reject);
      return async () => {
        scope.end(new TransportError(`opening ${name} was given up`));
        const late = await opening.catch(() => undefined);
        await late?.close();
      };
    },
  );
};

/** The line at the rate that it goes on with, and how packets lie in it. */
interface Started {
  readonly rate: number;
  readonly protocol: (line: Line) => LineProtocol;
}

const startH4 = async (probing: ProbeOptions, raiseTo: number | undefined): Promise<Started> => {
  const found = await findBaudRate(probing);
  if (raiseTo !== undefined && raiseTo !== found) await raiseBaudRate(probing, raiseTo);
  return { rate: raiseTo ?? found, protocol: (line) => new H4Protocol({ side: 'host' }, line) };
};

const startH5 = async (probing: ProbeOptions): Promise<Started> => {
  const { link, baudRate } = await callController(probing);
  const protocol = (line: Line): LineProtocol => {
    link.handTo(line);
    return link;
  };
  return { rate: baudRate, protocol };
};

const rateOf = (line: SerialLine, found: number, raisedTo: number | undefined): SerialRate => {
  let baudRate = found;
  return {
    raisedTo,
    get baudRate() {
      return baudRate;
    },
    setBaudRate: async (wanted) => {
      if (wanted === baudRate) return;
      try {
        await line.drain();
        await line.setBaudRate(wanted);
      } catch (error) {
        throw new TransportError(`the serial line does not go to ${wanted} baud: ${messageOf(error)}`, {
          cause: error,
        });
      }
      baudRate = wanted;
    },
  };
};

const releaseLine = async (line: SerialLine, clock: Clock, how: 'gently' | 'atOnce'): Promise<void> => {
  if (how === 'gently') {
    await procedure<void>(
      { what: 'emptying a serial line', clock, defaultTimeoutMs: DRAIN_ON_CLOSE_MS },
      (settle) => {
        line.drain().then(settle.resolve, settle.reject);
        return undefined;
      },
    ).catch(() => undefined);
  }
  // What cannot leave any more would hold the close back for half a minute.
  await line.discard().catch(() => undefined);
  await line.close().catch(() => undefined);
};
