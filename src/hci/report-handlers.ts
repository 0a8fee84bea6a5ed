import { Counters } from '../core/counters.ts';
import type { Log } from '../core/log.ts';
import { AdvertisingReportCursor } from './codec/advertising-report.ts';
import { HciEvent } from './codec/events.ts';
import type { EventDispatcher } from './event-dispatcher.ts';

export const reportCounterNames = ['reportMalformed', 'reportHandlerErrors'] as const;

/**
 * Called for each event with advertising reports, so that a handler sees an advertisement together with the scan response behind it. The cursor
 * stands before the first report, and is valid until the call returns.
 */
export type ReportHandler = (reports: AdvertisingReportCursor) => void;

/** Hands the three kinds of advertising reports to who listens, through one cursor. */
export class ReportHandlers {
  readonly counters = new Counters(reportCounterNames);
  readonly #log: Log;
  readonly #cursor = new AdvertisingReportCursor();
  #handlers: readonly ReportHandler[] = [];

  constructor(events: EventDispatcher, log: Log) {
    const cursor = this.#cursor;
    this.#log = log;
    events.setRaw(HciEvent.leAdvertisingReport, (packet) => this.#hand(() => cursor.legacy(packet)));
    events.setRaw(HciEvent.leDirectedAdvertisingReport, (packet) =>
      this.#hand(() => cursor.directed(packet)),
    );
    events.setRaw(HciEvent.leExtendedAdvertisingReport, (packet) =>
      this.#hand(() => cursor.extended(packet)),
    );
  }

  on(handler: ReportHandler): () => void {
    this.#handlers = [...this.#handlers, handler];
    return () => {
      this.#handlers = this.#handlers.filter((other) => other !== handler);
    };
  }

  #hand(begin: () => void): void {
    for (const handler of this.#handlers) {
      begin();
      try {
        handler(this.#cursor);
      } catch (error) {
        this.counters.add('reportHandlerErrors');
        this.#log.write('error', 'hci', () => `a handler of advertising reports threw: ${error}`);
      }
    }
    if (this.#cursor.malformed) this.counters.add('reportMalformed');
  }
}
