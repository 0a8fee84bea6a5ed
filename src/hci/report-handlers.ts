import { Counters } from '../core/counters.ts';
import type { Log } from '../core/log.ts';
import { AdvertisingReportCursor } from './codec/advertising-report.ts';
import { HciEvent } from './codec/events.ts';
import type { EventDispatcher } from './event-dispatcher.ts';

export const reportCounterNames = ['reportMalformed', 'reportHandlerErrors'] as const;

/** Called for each advertising report. The cursor stands on it, and is valid until the call returns. */
export type ReportHandler = (report: AdvertisingReportCursor) => void;

/** Walks the three kinds of advertising reports with one cursor and hands each report to who listens. */
export class ReportHandlers {
  readonly counters = new Counters(reportCounterNames);
  readonly #log: Log;
  readonly #cursor = new AdvertisingReportCursor();
  #handlers: readonly ReportHandler[] = [];

  constructor(events: EventDispatcher, log: Log) {
    this.#log = log;
    events.setRaw(HciEvent.leAdvertisingReport, (packet) => {
      this.#cursor.legacy(packet);
      this.#walk();
    });
    events.setRaw(HciEvent.leDirectedAdvertisingReport, (packet) => {
      this.#cursor.directed(packet);
      this.#walk();
    });
    events.setRaw(HciEvent.leExtendedAdvertisingReport, (packet) => {
      this.#cursor.extended(packet);
      this.#walk();
    });
  }

  on(handler: ReportHandler): () => void {
    this.#handlers = [...this.#handlers, handler];
    return () => {
      this.#handlers = this.#handlers.filter((other) => other !== handler);
    };
  }

  #walk(): void {
    const cursor = this.#cursor;
    while (cursor.next()) {
      for (const handler of this.#handlers) {
        try {
          handler(cursor);
        } catch (error) {
          this.counters.add('reportHandlerErrors');
          this.#log.write('error', 'hci', () => `a handler of advertising reports threw: ${error}`);
        }
      }
    }
    if (cursor.malformed) this.counters.add('reportMalformed');
  }
}
