import { createAir, serve, type VirtualServer } from 'jelling/virtual';
import { expect, test } from 'vitest';
import { Shell } from './shells-process.ts';

const TEST_MS = 90_000;

const example = (file: string, { address }: VirtualServer): Shell =>
  new Shell(`examples/${file}`, [], { JELLING_ADAPTER: address });

const scanned = async (shell: Shell): Promise<void> => {
  await shell.says(/^([0-9A-F]{2}:){5}[0-9A-F]{2} -\d+ temp-sense \[ '181a' \]$/m);
  expect(await shell.ended()).toEqual({ code: 0, signal: null });
  expect(shell.stderr).toBe('');
};

test('the examples run as printed', { timeout: TEST_MS }, async () => {
  const air = createAir();
  await using forSensor = await serve(air, 'tcp:127.0.0.1:0');
  await using forClient = await serve(air, 'tcp:127.0.0.1:0');
  await using forScan = await serve(air, 'tcp:127.0.0.1:0');
  await using forPlainScan = await serve(air, 'tcp:127.0.0.1:0');

  await using sensor = example('temp-sensor.ts', forSensor);
  const [, address = ''] = await sensor.says(/^temp-sensor is (\S+); Ctrl-C ends it$/m);

  await using scan = example('scan.ts', forScan);
  await using plainScan = example('scan.js', forPlainScan);
  await Promise.all([scanned(scan), scanned(plainScan)]);
  expect(scan.stdout).toContain(address);

  for (let visit = 0; visit < 2; visit++) {
    await using client = example('temp-client.ts', forClient);
    expect(await client.ended()).toEqual({ code: 0, signal: null });
    expect(client.stdout).toMatch(/^now -?\d+\.\d\d °C\n(-?\d+\.\d\d °C\n){5}$/);
    expect(client.stderr).toBe('');
    await sensor.says(/has connected\n[\s\S]*the central has gone/);
  }
  sensor.signal('SIGINT');
  expect(await sensor.ended()).toEqual({ code: 0, signal: null });
  expect(sensor.stderr).toBe('');
});
