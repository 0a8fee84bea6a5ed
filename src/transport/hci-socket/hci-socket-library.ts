import { TransportError } from '../../core/errors.ts';
import { messageOf } from '../connect-failure.ts';
import {
  type HciSocket,
  HciSocketError,
  type HciSocketFault,
  type HciSocketListener,
  type HciSocketPort,
} from './hci-socket-port.ts';

type Library = typeof import('hci-socket');

/** Numbers of errors on Linux: EPERM, EACCES, EBUSY, ENODEV, EUSERS, EPROTONOSUPPORT, EAFNOSUPPORT, ERFKILL. The package names the first ones only. */
const faults: Readonly<Record<number, HciSocketFault>> = {
  1: 'access',
  13: 'access',
  // It is up, which is looked for before, or the kernel has not done with setting it up.
  16: 'starting',
  19: 'noDevice',
  87: 'busy',
  93: 'unsupported',
  97: 'unsupported',
  132: 'blocked',
};
const EAGAIN = 11;

/** HCI_UP among the flags of a device. */
const UP = 1;

const toHciSocketError = (error: unknown): HciSocketError => {
  const errno = error instanceof Error && 'errno' in error ? error.errno : undefined;
  const fault = typeof errno === 'number' ? faults[-errno] : undefined;
  const text = fault === undefined && typeof errno === 'number' ? ` (errno ${-errno})` : '';
  return new HciSocketError(messageOf(error) + text, fault ?? 'other', { cause: error });
};

const translated = <T>(work: () => T): T => {
  try {
    return work();
  } catch (error) {
    throw toHciSocketError(error);
  }
};

const isUp = (library: Library, index: number): boolean =>
  (translated(() => library.getDevInfo(index)).flags & UP) !== 0;

const openOn = (library: Library, index: number, listener: HciSocketListener): HciSocket => {
  // The package would take it down, under the hands of whoever has it.
  if (isUp(library, index)) throw new HciSocketError(`hci${index} is up`, 'busy');
  let socket: InstanceType<Library>;
  try {
    socket = new library(index);
  } catch (error) {
    throw toHciSocketError(error);
  }
  let isOpen = true;
  socket.on('data', (packet) => listener.packet(packet));
  socket.on('close', () => {
    if (!isOpen) return;
    isOpen = false;
    listener.gone();
  });
  return {
    write: (packet) => {
      // The binding looks for a Buffer.
      const buffer = Buffer.from(packet.buffer, packet.byteOffset, packet.length);
      const written = translated(() => socket.write(buffer));
      if (written === -EAGAIN) return false;
      if (written < 0) throw new HciSocketError(`errno ${-written}`, faults[-written] ?? 'other');
      return true;
    },
    close: () => {
      if (!isOpen) return;
      isOpen = false;
      socket.close();
    },
  };
};

/** Loads `hci-socket`, which is an optional peer dependency. Rejects with TransportError when it is not installed or does not run here. */
export const loadHciSocketPort = async (): Promise<HciSocketPort> => {
  try {
    const { default: library } = await import('hci-socket');
    return {
      devices: () => translated(() => library.getDevList()).map(({ devId }) => devId),
      open: (index, listener) => openOn(library, index, listener),
    };
  } catch (error) {
    throw new TransportError(
      `hci-socket needs the package 'hci-socket', which cannot be loaded (${messageOf(error)}); install it beside jelling: npm install hci-socket. ` +
        'It is compiled then, which takes make, g++ and python3; where npm runs no scripts of packages: npm rebuild hci-socket',
      { cause: error },
    );
  }
};
