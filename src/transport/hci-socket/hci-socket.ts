import process from 'node:process';
import { noTimer } from '../../core/clock.ts';
import { TransportError } from '../../core/errors.ts';
import { procedure } from '../../core/procedure.ts';
import type { HciTransport } from '../../core/transport.ts';
import { OPEN_TIMEOUT_MS, type OpenTransportOptions } from '../open-options.ts';
import { explainHciSocketFault, hciSocketFailure } from './hci-socket-failure.ts';
import { loadHciSocketPort } from './hci-socket-library.ts';
import { HciSocketError, type HciSocketPort } from './hci-socket-port.ts';
import { HciSocketTransport } from './hci-socket-transport.ts';

export interface HciSocketAddress {
  /** The N of hciN. Absent: the first that is there. */
  readonly index?: number | undefined;
}

/** Between tries, where the kernel has only begun with a device. */
const STARTING_RETRY_MS = 100;

/**
 * Opens a controller that Linux drives, by its user channel: the kernel keeps the driver and its firmware, and leaves everything from HCI on to this host. An open
 * one keeps the process alive whatever unref() says: the library cannot let go of it.
 *
 * Rejects with TransportError, TimeoutError or the reason of the abort.
 */
export const openHciSocket = (
  at: HciSocketAddress,
  options: OpenTransportOptions,
  load: () => Promise<HciSocketPort> = loadHciSocketPort,
  platform: NodeJS.Platform = process.platform,
): Promise<HciTransport> => {
  let timer = noTimer;
  let starting: string | undefined;
  return procedure<HciTransport>(
    {
      what: `opening ${nameOf(at.index)}`,
      clock: options.clock,
      defaultTimeoutMs: OPEN_TIMEOUT_MS,
      timeoutMs: options.timeoutMs,
      signal: options.signal,
      hint: () => starting ?? "the package 'hci-socket' has not been loaded yet",
    },
    (settle) => {
      if (platform !== 'linux') {
        throw new TransportError(
          `hci-socket is a way of Linux, and this is ${platform}: open the controller as usb or serial:PATH`,
        );
      }
      let givenUp = false;
      const tryOn = (port: HciSocketPort): void => {
        if (givenUp) return;
        try {
          settle.resolve(openOn(port, at, options));
        } catch (error) {
          if (error instanceof HciSocketError && error.fault === 'starting') {
            starting = explainHciSocketFault(error, at.index ?? 0);
            timer = options.clock.after(STARTING_RETRY_MS, () => tryOn(port));
          } else settle.reject(error);
        }
      };
      load().then(tryOn).catch(settle.reject);
      return () => {
        givenUp = true;
        timer.cancel();
      };
    },
  );
};

const nameOf = (index: number | undefined): string =>
  index === undefined ? 'hci-socket' : `hci-socket:${index}`;

const openOn = (
  port: HciSocketPort,
  at: HciSocketAddress,
  { clock }: Pick<OpenTransportOptions, 'clock'>,
): HciTransport => {
  const index = at.index ?? firstOf(port);
  try {
    return new HciSocketTransport({
      name: nameOf(index),
      clock,
      open: (listener) => port.open(index, listener),
    });
  } catch (error) {
    if (error instanceof HciSocketError && error.fault === 'starting') throw error;
    throw hciSocketFailure(index, error);
  }
};

const firstOf = (port: HciSocketPort): number => {
  let devices: readonly number[];
  try {
    devices = port.devices();
  } catch (error) {
    throw new TransportError(`cannot open hci-socket: ${explainHciSocketFault(error, 0)}`, { cause: error });
  }
  const first = Math.min(...devices);
  if (Number.isFinite(first)) return first;
  throw new TransportError(
    'Linux drives no Bluetooth controller: plug one in, and see with jelling doctor whether a driver has taken it',
  );
};
