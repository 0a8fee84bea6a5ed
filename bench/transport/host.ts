import process from 'node:process';
import { systemClock } from '../../src/core/system-clock.ts';
import type { HciTransport } from '../../src/core/transport.ts';
import { parseMoniker } from '../../src/gap/moniker.ts';
import { MemoryIdentityStore, open } from '../../src/index.ts';
import { exchanges, scans } from './cases.ts';
import { ExchangeHost } from './exchange-host.ts';
import { measureScan } from './scan-host.ts';

// The host whose processor time is measured, alone in its process: `node host.js MONIKER [SCALE [TEXT]]`. A JSON line for each case.

const [moniker = '', scale = '1', text = ''] = process.argv.slice(2);

const openLine = async (): Promise<HciTransport> => {
  const at = parseMoniker(moniker);
  const options = { clock: systemClock };
  if (at.kind === 'tcp') return (await import('../../src/transport/tcp.ts')).openTcp(at, options);
  if (at.kind === 'serial') return (await import('../../src/transport/serial.ts')).openSerial(at, options);
  if (at.kind === 'usb') return (await import('../../src/transport/usb.ts')).openUsb(at.select, options);
  throw new Error(`nothing is measured on ${moniker}`);
};

const PATIENCE_MS = 5_000;
const RETRY_MS = 50;

/** A pseudo-terminal whose host has just gone takes a moment before it has a place for the next. */
const openPatiently = async (): Promise<HciTransport> => {
  const began = performance.now();
  for (;;) {
    try {
      return await openLine();
    } catch (error) {
      if (performance.now() - began > PATIENCE_MS) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
};

const print = (outcome: object): void => void process.stdout.write(`${JSON.stringify(outcome)}\n`);
const isWanted = ({ name }: { readonly name: string }): boolean => name.includes(text);

const wantedExchanges = exchanges.filter(isWanted);
if (wantedExchanges.length > 0) {
  const line = await openPatiently();
  const host = new ExchangeHost(line);
  for (const each of wantedExchanges) print(await host.measure(each, Number(scale)));
  process.stderr.write(`${moniker}: ${JSON.stringify(line.counters)}\n`);
  await line.close();
}

const wantedScans = scans.filter(isWanted);
if (wantedScans.length > 0) {
  const line = await openPatiently();
  const ble = await open(line, { identityStore: new MemoryIdentityStore() });
  for (const each of wantedScans) print(await measureScan(ble, line, each, Number(scale)));
  await ble.close();
}
