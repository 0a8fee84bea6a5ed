import process from 'node:process';
import { systemClock } from '../../src/core/system-clock.ts';
import type { HciTransport } from '../../src/core/transport.ts';
import { parseMoniker } from '../../src/gap/moniker.ts';
import { type Adapter, MemoryIdentityStore, open } from '../../src/index.ts';
import { openTransport } from '../../src/open.ts';
import { type Case, exchanges, scans } from './cases.ts';
import { ExchangeHost } from './exchange-host.ts';
import type { Outcome } from './outcomes.ts';
import { measureScan } from './scan-host.ts';

// The host whose processor time is measured, alone in its process. It measures what it is told to, or all where nobody tells it anything, with a JSON line for each
// case: `node host.js MONIKER [SCALE]`.

/** The name of a case. */
export interface HostOrder {
  readonly measure: string;
}
export interface HostAnswer {
  readonly outcome?: Outcome | undefined;
  readonly error?: string | undefined;
}

const moniker = process.argv[2] ?? '';
const scale = Number(process.argv[3] ?? '1');

const openLine = (): Promise<HciTransport> =>
  openTransport(parseMoniker(moniker), { clock: systemClock, signal: new AbortController().signal });

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

/** Measures one case after the other; what a line is used for changes once, from bare packets to a host. */
class Host {
  #exchanges: ExchangeHost | undefined;
  #line: HciTransport | undefined;
  #adapter: Adapter | undefined;

  async measure(each: Case): Promise<Outcome> {
    if (each.kind === 'exchange') {
      if (this.#exchanges === undefined) {
        await this.close();
        this.#line = await openPatiently();
        this.#exchanges = new ExchangeHost(this.#line);
      }
      return this.#exchanges.measure(each, scale);
    }
    if (this.#adapter === undefined || this.#line === undefined) {
      await this.close();
      this.#line = await openPatiently();
      this.#adapter = await open(this.#line, { identityStore: new MemoryIdentityStore() });
    }
    return measureScan(this.#adapter, this.#line, each, scale);
  }

  async close(): Promise<void> {
    await (this.#adapter ?? this.#line)?.close();
    this.#exchanges = undefined;
    this.#adapter = undefined;
    this.#line = undefined;
  }
}

const host = new Host();
const cases = [...exchanges, ...scans];
const measureNamed = async (name: string): Promise<Outcome> => {
  const each = cases.find((other) => other.name === name);
  if (each === undefined) throw new Error(`there is no case '${name}'`);
  return host.measure(each);
};

if (process.send === undefined) {
  for (const each of cases) process.stdout.write(`${JSON.stringify(await host.measure(each))}\n`);
  await host.close();
} else {
  process.on('message', ({ measure }: HostOrder) => {
    measureNamed(measure).then(
      (outcome) => process.send?.({ outcome }),
      (error: unknown) => process.send?.({ error: error instanceof Error ? error.stack : String(error) }),
    );
  });
  process.on('disconnect', () => void host.close().then(() => process.exit()));
}
