import { Counters } from '../core/counters.ts';
import type { Log } from '../core/log.ts';
import { AdvertisingReportCursor } from './codec/advertising-report.ts';
import { HciEvent } from './codec/events.ts';
import type { EventDispatcher } from './event-dispatcher.ts';

const reportCounterNames = ['reportMalformed', 'reportHandlerErrors'] as const;

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
    events.setRaw(HciEvent.leAdvertisingReport, (packet) => {
      cursor.legacy(packet);
      this.#hand();
    });
    events.setRaw(HciEvent.leDirectedAdvertisingReport, (packet) => {
      cursor.directed(packet);
      this.#hand();
    });
    events.setRaw(HciEvent.leExtendedAdvertisingReport, (packet) => {
      cursor.extended(packet);
      this.#hand();
    });
  }

  on(handler: ReportHandler): () => void {
    this.#handlers = [...this.#handlers, handler];
    return () => {
      this.#handlers = this.#handlers.filter((other) => other !== handler);
    };
  }

  #hand(): void {
    const cursor = this.#cursor;
    for (const handler of this.#handlers) {
      cursor.rewind();
      try {
        handler(cursor);
      } catch (error) {
        this.counters.add('reportHandlerErrors');
        this.#log.write('error', 'hci', () => `a handler of advertising reports threw: ${error}`);
      }
    }
    // A handler may have stopped half-way.
    let more = true;
    while (more) more = cursor.next();
    if (cursor.malformed) this.counters.add('reportMalformed');
  }
}
