import { Counters } from '../core/counters.ts';
import { MalformedPduError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Infer, Shape } from '../core/pdu.ts';
import { eventKey, eventKeyOf, type HciEventType } from './codec/event.ts';
import { eventByKey } from './codec/events.ts';

export const eventCounterNames = ['eventMalformed', 'eventUnknown', 'eventHandlerErrors'] as const;
export type EventCounterName = (typeof eventCounterNames)[number];

/** Reads a whole event packet by hand: the hot path, and what must happen before any handler sees the event. */
export type RawEventHandler = (packet: Uint8Array) => void;

// biome-ignore lint/suspicious/noExplicitAny: handlers of every event stand in one map; on() ties each to the type of its own event.
type Handler = (parameters: any) => void;

/**
 * Brings each event to its handlers. An event that cannot be read is dropped and counted, and what a handler throws is logged and counted:
 * nothing reaches the reader loop.
 */
export class EventDispatcher {
  readonly counters = new Counters<EventCounterName>(eventCounterNames);
  readonly #log: Log;
  readonly #raw = new Map<number, RawEventHandler>();
  /** Lists are replaced, never changed, so that a handler may come or go while they are walked. */
  readonly #handlers = new Map<number, readonly Handler[]>();
  readonly #defaults = new Map<number, Handler>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Calls back with the parameters of each such event; byte fields are views, valid until the call returns. The function returned takes it back. */
  on<S extends Shape>(type: HciEventType<S>, handler: (parameters: Infer<S>) => void): () => void {
    const key = eventKey(type.code, type.subevent);
    this.#handlers.set(key, [...(this.#handlers.get(key) ?? []), handler]);
    let on = true;
    return () => {
      if (!on) return;
      on = false;
      const list = [...(this.#handlers.get(key) ?? [])];
      list.splice(list.indexOf(handler), 1);
      if (list.length > 0) this.#handlers.set(key, list);
      else this.#handlers.delete(key);
    };
  }

  /** The answer that is given when nobody listens, or when a listener throws. */
  setDefault<S extends Shape>(type: HciEventType<S>, handler: (parameters: Infer<S>) => void): void {
    this.#defaults.set(eventKey(type.code, type.subevent), handler);
  }

  /** Called before the handlers, with the whole packet. One for each event. */
  setRaw(type: HciEventType, handler: RawEventHandler): void {
    this.#raw.set(eventKey(type.code, type.subevent), handler);
  }

  /** A whole event packet. */
  dispatch(packet: Uint8Array): void {
    const key = eventKeyOf(packet);
    if (key === undefined) {
      this.#malformed('an HCI event whose length is not what it says');
      return;
    }
    const raw = this.#raw.get(key);
    if (raw !== undefined) this.#run(raw, packet, key);
    const handlers = this.#handlers.get(key);
    const fallback = this.#defaults.get(key);
    if (handlers === undefined && fallback === undefined) {
      if (raw === undefined && eventByKey(key) === undefined) this.counters.add('eventUnknown');
      return;
    }
    this.#decoded(key, packet, handlers ?? [], fallback);
  }

  #decoded(
    key: number,
    packet: Uint8Array,
    handlers: readonly Handler[],
    fallback: Handler | undefined,
  ): void {
    let parameters: unknown;
    try {
      parameters = eventByKey(key)?.decode(packet);
    } catch (error) {
      if (!(error instanceof MalformedPduError)) throw error;
      this.#malformed(error.message);
      return;
    }
    let answered = handlers.length > 0;
    for (const handler of handlers) {
      if (!this.#run(handler, parameters, key)) answered = false;
    }
    if (!answered && fallback !== undefined) this.#run(fallback, parameters, key);
  }

  #run<T>(handler: (argument: T) => void, argument: T, key: number): boolean {
    try {
      handler(argument);
      return true;
    } catch (error) {
      if (error instanceof MalformedPduError) {
        this.#malformed(error.message);
        return false;
      }
      this.counters.add('eventHandlerErrors');
      this.#log.write(
        'error',
        'hci',
        () => `a handler of ${eventByKey(key)?.name ?? 'an event'} threw: ${error}`,
      );
      return false;
    }
  }

  #malformed(what: string): void {
    this.counters.add('eventMalformed');
    this.#log.write('warn', 'hci', () => `dropped: ${what}`);
  }
}
