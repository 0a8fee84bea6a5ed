import { systemClock } from '../../src/core/system-clock.ts';
import { startPtyChild } from '../../src/transport/serial/pty-child.ts';
import { loadSerialDriver } from '../../src/transport/serial/serialport-driver.ts';
import { BadLine, type LineFaults } from './bad-line.ts';

/** A pseudo-terminal for one host, joined to that of a controller by a line of each direction that may be bad. */
export interface SerialBridge extends AsyncDisposable {
  /** What the host opens. */
  readonly device: string;
  readonly toController: BadLine;
  readonly toHost: BadLine;
}

/** `path` is where a controller is served; it is opened with the `serialport` package, as the host's end is. */
export const bridgeTo = async (path: string, faults: LineFaults = { seed: 1 }): Promise<SerialBridge> => {
  const driver = await loadSerialDriver();
  const child = await startPtyChild(['socat']);
  const port = await driver.open({ path, baudRate: 115_200, flowControl: false, evenParity: false });
  const toController = new BadLine(faults, systemClock, (chunk) => port.stream.write(chunk));
  const toHost = new BadLine({ ...faults, seed: faults.seed + 1 }, systemClock, (chunk) =>
    child.stream.write(chunk),
  );
  child.stream.on('data', (chunk: Uint8Array) => toController.carry(chunk));
  port.stream.on('data', (chunk: Uint8Array) => toHost.carry(chunk));
  return {
    device: child.device,
    toController,
    toHost,
    async [Symbol.asyncDispose]() {
      toController.cut();
      toHost.cut();
      await port.close().catch(() => undefined);
      await child.end();
    },
  };
};
