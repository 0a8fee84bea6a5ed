import { TransportError } from '../../core/errors.ts';
import { messageOf } from '../connect-failure.ts';
import type { SerialDriver, SerialLine, SerialLineOptions } from './serial-line.ts';

type Callback = (error?: Error | null) => void;

const done = (start: (callback: Callback) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    start((error) => {
      if (error instanceof Error) reject(error);
      else resolve();
    });
  });

/** Loads `serialport`, which is an optional dependency. Rejects with TransportError when it is not installed or does not run here. */
export const loadSerialDriver = async (): Promise<SerialDriver> => {
  try {
    const [{ SerialPort }, { ByteLengthParser }] = await Promise.all([
      import('serialport'),
      import('@serialport/parser-byte-length'),
    ]);
    return {
      makeByteLengthParser: (length) => new ByteLengthParser({ length }),
      open: async (options: SerialLineOptions): Promise<SerialLine> => {
        const { path, baudRate, flowControl, evenParity } = options;
        const parity = evenParity ? 'even' : 'none';
        const port = new SerialPort({ path, baudRate, rtscts: flowControl, parity, autoOpen: false });
        // Whoever takes the line over listens too; until then an error must not end the process.
        port.on('error', () => undefined);
        await done((callback) => port.open(callback));
        return {
          stream: port,
          setBaudRate: (rate) => done((callback) => port.update({ baudRate: rate }, callback)),
          discard: () => done((callback) => port.flush(callback)),
          drain: () => done((callback) => port.drain(callback)),
          close: () => done((callback) => port.close(callback)),
        };
      },
    };
  } catch (error) {
    throw new TransportError(
      `serial ports need the package 'serialport', which cannot be loaded (${messageOf(error)}); ` +
        'install it beside jelling: npm install serialport @serialport/parser-byte-length',
      { cause: error },
    );
  }
};
