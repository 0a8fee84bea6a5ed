import { SerialPort } from 'serialport';
import { expect, test } from 'vitest';
import { startPtyChild } from '../../../../src/transport/serial/pty-child.ts';
import { loadSerialDriver } from '../../../../src/transport/serial/serialport-driver.ts';

test.each([
  [false, 'none'],
  [true, 'even'],
])('the package is told the parity, even: %s', async (evenParity, parity) => {
  const driver = await loadSerialDriver();
  const child = await startPtyChild(['socat']);
  const line = await driver.open({ path: child.device, baudRate: 115_200, flowControl: false, evenParity });
  const { stream } = line;
  expect(stream).toBeInstanceOf(SerialPort);
  // Linux takes the bit away from a pseudo-terminal, so that it cannot be seen at the other end.
  expect((stream as SerialPort).settings).toMatchObject({ parity, baudRate: 115_200, rtscts: false });
  await line.setBaudRate(921_600);
  const written = new Promise<string>((resolve) =>
    child.stream.once('data', (octets: Buffer) => resolve(octets.toString('hex'))),
  );
  stream.write(Uint8Array.of(0xc0, 0x00, 0xff, 0xc0));
  expect(await written).toBe('c000ffc0');
  await line.close();
  await child.end();
});
