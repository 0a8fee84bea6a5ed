import type { Clock } from '../core/clock.ts';
import { Counters } from '../core/counters.ts';
import type { Log } from '../core/log.ts';
import type { Infer, Shape } from '../core/pdu.ts';
import { procedure, type WaitOptions } from '../core/procedure.ts';
import { WaitScope } from '../core/wait-scope.ts';
import { AttBearer } from './att-bearer.ts';
import type { AttChannel } from './att-channel.ts';
import { AttOpcode } from './att-codes.ts';
import { type AttCounterName, attCounterNames, makeAttCounters } from './att-counters.ts';
import type { AttServer } from './att-server.ts';
import type { AttIndicationOptions, AttRequestOptions, Bearer } from './bearer.ts';
import type { AttExchange } from './codec/exchanges.ts';
import { encodePacket } from './codec/responses.ts';
import { type HandleValue, valuePacket } from './codec/value-pdus.ts';
import { holdBack } from './hold-back.ts';
import { Turns } from './turns.ts';
import type { AttValueReceiver } from './value-inbox.ts';

/** The channel of an Enhanced bearer. */
export interface EnhancedAttChannel extends AttChannel {
  /** ATT_MTU as it is now: the smaller of both MTUs of the channel (Vol 3, Part F, 3.2.8). */
  readonly mtu: number;
  /** Nothing may be sent any more. */
  close(): void;
}

export interface BearerSetOptions {
  /** That of the bearer which every link has. Its life is the link's. */
  readonly channel: AttChannel;
  readonly clock: Clock;
  readonly log: Log;
  /** Whom the bearers lead to, for messages: `F0:F1:F2:F3:F4:F5`. */
  readonly peer: string;
  /** This one and the next three: see AttBearerOptions. */
  readonly rxMtu?: number | undefined;
  readonly paceMs?: (() => number) | undefined;
  readonly beforeAsking?: (() => Promise<void> | undefined) | undefined;
  readonly mayHear?: (() => boolean) | undefined;
  /** Told when nothing can be sent any more although the link is up: it should be ended. */
  readonly onPoisoned?: ((error: Error) => void) | undefined;
}

interface Member {
  readonly bearer: AttBearer;
  readonly enhanced: EnhancedAttChannel | undefined;
}

const DEFAULT_TIMEOUT_MS = 1_000;

/**
 * All bearers that lead to one peer, used as one (Vol 3, Part F, 3.2.11): the unenhanced one, and Enhanced ones that come and go. A request or an indication
 * goes by the first bearer that is free, one of each on each bearer. What is waiting belongs to no bearer: one that ends takes with it only what it had
 * sent, which is never sent again.
 *
 * What is sent goes by bearers of the largest ATT_MTU alone, and commands and notifications by the first of these, which keeps their order. Where the
 * largest has gone, ATT_MTU falls for good: a caller that looks before and after its request then knows of an answer whether it was cut.
 */
export class BearerSet implements Bearer {
  /** Ends with the link, or when its last bearer has. */
  readonly scope = new WaitScope();
  readonly #options: BearerSetOptions;
  readonly #first: AttBearer;
  #members: readonly Member[] = [];
  /** Those of the members. */
  #bearers: readonly AttBearer[] = [];
  readonly #requests: Turns;
  readonly #indications: Turns;
  /** Of this set, and of bearers that have ended. */
  readonly #counters = makeAttCounters();
  #largestMtu = Number.POSITIVE_INFINITY;
  /** ATT_MTU as it was at last, once the set has ended. */
  #lastMtu: number | undefined;
  #makeServer: ((bearer: AttBearer) => AttServer) | undefined;
  #valueReceiver: AttValueReceiver | undefined;

  constructor(options: BearerSetOptions) {
    this.#options = options;
    const bearers = (): readonly AttBearer[] => this.#usable;
    this.#requests = new Turns({ bearers, isFree: ({ canRequest }) => canRequest });
    this.#indications = new Turns({ bearers, isFree: ({ canIndicate }) => canIndicate });
    this.#first = this.#add(options.channel, undefined);
  }

  /** Those that can be used, the unenhanced one among them. */
  get size(): number {
    return this.#bearers.length;
  }

  /** Adds an Enhanced bearer, which is used from now on. */
  add(channel: EnhancedAttChannel): void {
    this.#add(channel, channel);
    this.#next();
  }

  /** Answers requests and takes commands: one server for each bearer, now and later. */
  serve(makeServer: (bearer: AttBearer) => AttServer): void {
    this.#makeServer = makeServer;
    for (const bearer of this.#bearers) bearer.server = makeServer(bearer);
  }

  get valueReceiver(): AttValueReceiver | undefined {
    return this.#valueReceiver;
  }

  set valueReceiver(receiver: AttValueReceiver | undefined) {
    this.#valueReceiver = receiver;
    for (const bearer of this.#bearers) bearer.valueReceiver = receiver;
  }

  get mtu(): number {
    return this.#lastMtu ?? Math.min(this.#largestMtu, largestOf(this.#bearers));
  }

  get maxValueLength(): number {
    return this.single().maxValueLength;
  }

  /** A snapshot, of all bearers together. */
  get counters(): Readonly<Record<AttCounterName, number>> {
    const sums = new Counters(attCounterNames);
    for (const counted of [this.#counters.all(), ...this.#bearers.map(({ counters }) => counters)]) {
      for (const name of attCounterNames) sums.add(name, counted[name]);
    }
    return sums.all();
  }

  stretched(defaultTimeoutMs: number): number {
    return this.#first.stretched(defaultTimeoutMs);
  }

  /** Of the unenhanced bearer: see AttBearer.exchangeMtu(). */
  exchangeMtu(options: WaitOptions = {}): Promise<number> {
    return this.#first.exchangeMtu(options);
  }

  single(): AttBearer {
    return this.#usable[0] ?? this.#first;
  }

  request<Q extends Shape, R>(
    exchange: AttExchange<Q, R>,
    params: Infer<Q>,
    options: AttRequestOptions,
  ): Promise<R> {
    const packet = encodePacket(exchange.request, params);
    const ask = (left: AttRequestOptions): Promise<R> =>
      this.#inTurn('requests', left, (bearer, wait) => bearer.transact(exchange, packet, wait));
    const { clock, beforeAsking } = this.#options;
    const held = beforeAsking?.();
    if (held === undefined) return ask(options);
    const { scope } = this;
    const { what, timeoutMs, signal } = options;
    return holdBack({ held, what, clock, scope, timeoutMs, signal }, (left) => ask({ ...options, ...left }));
  }

  writeCommand(handle: number, value: Uint8Array, wait?: WaitOptions): Promise<void> {
    return this.single().writeCommand(handle, value, wait);
  }

  signedWriteCommand(message: Uint8Array, signature: Uint8Array, wait?: WaitOptions): Promise<void> {
    return this.#first.signedWriteCommand(message, signature, wait);
  }

  notify(handle: number, value: Uint8Array, wait?: WaitOptions): Promise<void> {
    return this.single().notify(handle, value, wait);
  }

  notifyMultiple(values: readonly HandleValue[], wait?: WaitOptions): Promise<void> {
    return this.single().notifyMultiple(values, wait);
  }

  indicate(handle: number, value: Uint8Array, options: AttIndicationOptions): Promise<void> {
    const packet = valuePacket(AttOpcode.handleValueIndication, handle, value);
    const { onConfirmed } = options;
    return this.#inTurn('indications', options, (bearer, wait) =>
      bearer.indicatePacket(packet, { ...wait, onConfirmed }),
    );
  }

  get #usable(): readonly AttBearer[] {
    if (this.#bearers.length === 1) return this.#bearers;
    const { mtu } = this;
    return this.#bearers.filter((bearer) => bearer.mtu >= mtu);
  }

  set #all(members: readonly Member[]) {
    this.#members = members;
    this.#bearers = members.map(({ bearer }) => bearer);
  }

  #inTurn<R>(
    lane: 'requests' | 'indications',
    options: AttRequestOptions,
    start: (bearer: AttBearer, options: AttRequestOptions) => Promise<R>,
  ): Promise<R> {
    const turns = lane === 'requests' ? this.#requests : this.#indications;
    const { free } = turns;
    if (free !== undefined) return start(free, options);
    const { what, defaultTimeoutMs = DEFAULT_TIMEOUT_MS, timeoutMs, signal } = options;
    let bearer: AttBearer | undefined;
    return procedure<R>(
      {
        what,
        clock: this.#options.clock,
        scope: this.scope,
        defaultTimeoutMs: this.stretched(defaultTimeoutMs),
        timeoutMs,
        signal,
        hint: () => (bearer ?? this.single()).describe(lane, bearer !== undefined),
      },
      (settle) => {
        const own = new AbortController();
        const wait = { ...options, timeoutMs: Number.POSITIVE_INFINITY, signal: own.signal };
        const leave = this.#wait(turns, (next) => {
          bearer = next;
          start(next, wait).then(settle.resolve, settle.reject);
        });
        return (reason) => {
          leave();
          own.abort(reason);
        };
      },
    );
  }

  #wait(turns: Turns, start: (bearer: AttBearer) => void): () => void {
    try {
      return turns.wait(start);
    } catch (error) {
      this.#counters.add('callersTurnedAway');
      throw error;
    }
  }

  #next(): void {
    this.#requests.next();
    this.#indications.next();
  }

  #add(channel: AttChannel, enhanced: EnhancedAttChannel | undefined): AttBearer {
    const { clock, log, peer, rxMtu, paceMs, beforeAsking, mayHear } = this.#options;
    const channelMtu = enhanced === undefined ? undefined : (): number => enhanced.mtu;
    const bearer = new AttBearer({
      channel,
      clock,
      log,
      peer,
      rxMtu,
      paceMs,
      beforeAsking,
      mayHear,
      channelMtu,
      onFree: () => this.#next(),
    });
    bearer.server = this.#makeServer?.(bearer);
    bearer.valueReceiver = this.#valueReceiver;
    const member: Member = { bearer, enhanced };
    this.#all = [...this.#members, member];
    bearer.scope.add((error) => this.#ended(member, error));
    return bearer;
  }

  #ended(member: Member, error: Error): void {
    const lost = this.#options.channel.scope.error;
    const { mtu } = this;
    this.#all = this.#members.filter((other) => other !== member);
    for (const name of attCounterNames) this.#counters.add(name, member.bearer.counters[name]);
    // A transaction that was never completed leaves a channel that is open.
    if (member.enhanced?.scope.error === undefined) member.enhanced?.close();
    if (lost !== undefined || this.#bearers.length === 0) {
      this.#lastMtu ??= mtu;
      this.scope.end(error);
      if (lost === undefined) this.#options.onPoisoned?.(error);
      return;
    }
    if (this.mtu < mtu) this.#largestMtu = this.mtu;
    this.#next();
  }
}

const largestOf = (bearers: readonly AttBearer[]): number =>
  bearers.reduce((largest, { mtu }) => Math.max(largest, mtu), 0);
