import { onAbort } from '../core/abort.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { HciTransport } from '../core/transport.ts';
import { HciController } from '../hci/hci-controller.ts';
import type { FirmwareFiles } from '../hci/profiles/firmware-files.ts';
import { SILENCE_MS, SilenceWatch } from '../hci/silence-watch.ts';
import { type AdapterInfo, describeController } from './adapter-info.ts';
import { type CounterValues, sumOf } from './counter-sums.ts';
import type { Device } from './device.ts';
import type { Connection } from './link/connection.ts';
import { assembleLink, type LinkContext } from './link/link-assembly.ts';
import { LinkEvents } from './link/link-events.ts';
import type { Privacy } from './privacy/privacy.ts';
import type { NewLink } from './radio/radio-controller.ts';
import { HciRadio } from './radio/radio-hci.ts';

export interface SessionOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Gives up starting. */
  readonly signal?: AbortSignal | undefined;
  readonly privacy?: Privacy | undefined;
  readonly firmware?: FirmwareFiles | undefined;
  /** How long the controller may say nothing before it is asked whether it is there; Infinity for ever. 30 s by default. */
  readonly silenceMs?: number | undefined;
  /** Whether another one follows when this one is lost. */
  readonly recovers?: boolean | undefined;
}

/** Does what a controller has to have done before it is relied on. Where that fails the controller is closed, and where the signal aborts at once. */
export const orClose = async <T>(
  hci: HciController,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> => {
  let leave: (() => void) | undefined;
  try {
    signal?.throwIfAborted();
    leave = signal && onAbort(signal, () => void hci.close());
    const done = await work();
    signal?.throwIfAborted();
    return done;
  } catch (error) {
    await hci.close();
    throw signal?.aborted === true ? signal.reason : error;
  } finally {
    leave?.();
  }
};

/** What lives as long as one controller: the way to it, its radio, and the links that come up on it. */
export class ControllerSession {
  readonly hci: HciController;
  readonly radio: HciRadio;
  readonly #transport: HciTransport;
  readonly #events: LinkEvents;
  readonly #watch: SilenceWatch;
  readonly #connections = new Set<Connection>();
  /** Of the links that have ended, added up. */
  #endedCounters: CounterValues = {};

  private constructor(
    hci: HciController,
    radio: HciRadio,
    transport: HciTransport,
    { clock, log, silenceMs = SILENCE_MS }: SessionOptions,
  ) {
    this.hci = hci;
    this.radio = radio;
    this.#transport = transport;
    this.#events = new LinkEvents(hci, log);
    this.#watch = new SilenceWatch(hci, clock, silenceMs);
  }

  /** Starts the controller at the other end; without a deadline of its own. Where this rejects the transport is closed. */
  static async start(transport: HciTransport, options: SessionOptions): Promise<ControllerSession> {
    const { clock, log, signal, privacy, firmware, recovers } = options;
    const timeoutMs = Number.POSITIVE_INFINITY;
    const hci = await HciController.start(transport, { clock, log, signal, timeoutMs, firmware, recovers });
    return orClose(hci, signal, async () => {
      const radio = await HciRadio.open(hci, clock, log);
      if (privacy !== undefined) await radio.keepPrivateFor(privacy.rotateMs);
      return new ControllerSession(hci, radio, transport, options);
    });
  }

  get info(): AdapterInfo {
    return describeController(this.hci.info, this.#transport.name);
  }

  /** The links that are up, of both roles. */
  get connections(): readonly Connection[] {
    return [...this.#connections];
  }

  /** Of the links: added up over all, also those that have ended. */
  get linkCounters(): CounterValues {
    return sumOf(this.#endedCounters, ...this.connections.map(({ counters }) => counters));
  }

  get counters(): CounterValues {
    return {
      ...this.#transport.counters,
      ...this.hci.counters,
      ...this.#events.counters.all(),
      ...this.#watch.counters.all(),
    };
  }

  /** Makes a connection of a new link. */
  accept(context: LinkContext, newLink: NewLink, device: Device): Connection {
    const assembled = assembleLink(context, newLink, device);
    const { connection } = assembled;
    this.#connections.add(connection);
    this.#events.follow(newLink.link, assembled);
    newLink.link.scope.add(() => {
      this.#endedCounters = sumOf(this.#endedCounters, connection.counters);
      this.#connections.delete(connection);
    });
    return connection;
  }

  unref(): void {
    this.#transport.unref();
  }

  ref(): void {
    this.#transport.ref();
  }

  /** Ends all links and gives the controller back. Never rejects. */
  async close(): Promise<void> {
    // Of the controller and not of #connections: a link that has just come up may not be a connection yet.
    const links = [...this.hci.links.values()];
    await Promise.allSettled(links.map((link) => this.hci.disconnect(link)));
    await this.hci.close();
  }
}
