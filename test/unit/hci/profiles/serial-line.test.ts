import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Shell } from '../../../link/shells-process.ts';
import { fromHex } from '../../../support/hex.ts';

const TEST_MS = 90_000;
const jelling = (...args: readonly string[]): Shell => new Shell('tools/jelling.ts', args);

const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'jelling-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
};

const firmware = (): string => {
  const path = folder();
  mkdirSync(join(path, 'brcm'));
  const patch = fromHex('4c fc 08 00 00 21 00 01 02 03 04  4e fc 04 ff ff ff ff');
  writeFileSync(join(path, 'brcm', 'BCM4345C0.hcd'), patch);
  return path;
};

/** In two shells, a terminal between them. */
test.each([
  ['csr8510', /start-up goes on without HCI_Set_Event_Mask/],
  ['broadcom-pi', /loading brcm\/BCM4345C0\.hcd into the BCM4345C0/],
  ['zephyr', /is one of Zephyr and nRF Connect SDK firmware/],
  ['softdevice', /is one of Zephyr and nRF Connect SDK firmware/],
  ['esp32', /^(?!.* is one of ).*/s],
])('a controller that passes for %s is used over a serial line', { timeout: TEST_MS }, async (kind, said) => {
  const pty = join(folder(), 'ble0');
  await using server = jelling('virtual', '--listen', `pty:${pty}`, '--personality', kind);
  const [, adapter = ''] = await server.says(/^ready: serving (\S+)$/m);
  const options = ['--adapter', adapter, '--firmware', firmware(), '--duration', '500ms', '--verbose'];
  await using scanner = jelling('scan', ...options);
  expect(await scanner.ended()).toEqual({ code: 0, signal: null });
  expect(scanner.stderr).toMatch(said);
  server.signal('SIGINT');
  await server.ended();
  expect(server.stderr).not.toContain('broke a rule');
});
