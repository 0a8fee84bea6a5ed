import type { Clock } from '../core/clock.ts';
import { InvalidArgumentError, InvalidStateError, L2capError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { procedure, type WaitOptions } from '../core/procedure.ts';
import type { CreditChannel } from '../l2cap/credit-channel.ts';
import { CreditResult, MIN_ENHANCED_SIZE } from '../l2cap/credit-codes.ts';
import type { CreditListener } from '../l2cap/credit-terms.ts';
import type { EnhancedChannels } from '../l2cap/enhanced-channels.ts';
import { backOffMs } from './bearer-collision.ts';
import type { BearerSet } from './bearer-set.ts';
import { CreditAttChannel } from './enhanced-att-channel.ts';
import { LARGEST_ATT_MTU } from './mtu-exchange.ts';

/** The SPSM of Enhanced ATT bearers (Assigned Numbers, 2.4). */
export const EATT_SPSM = 0x0027;

/** Enhanced bearers of one link, whoever has opened them: what one request may ask for. */
const MAX_ENHANCED_BEARERS = 5;

/** Those that are opened unasked: with the unenhanced bearer, three transactions at once. */
const BEARERS_UNASKED = 2;

const OPEN_TIMEOUT_MS = 1_000;

export interface EnhancedBearersOptions {
  readonly bearers: BearerSet;
  readonly channels: EnhancedChannels;
  /** Of this side. */
  readonly role: 'central' | 'peripheral';
  readonly clock: Clock;
  readonly log: Log;
  readonly peer: string;
  /** The longest PDU that this host receives; 517 unless given. Below 64 no such bearer is allowed, so 64 is offered then. */
  readonly rxMtu?: number | undefined;
  /** The longest time between two chances of the peer to be heard now. */
  readonly paceMs: () => number;
  /** Success, or the result that refuses a peer whose link is not encrypted (Vol 3, Part G, 5.3.2). */
  readonly admit: () => number;
}

/** Opens Enhanced ATT bearers, and takes those that the peer opens (Vol 3, Part G, 5.3 and 5.4). */
export class EnhancedBearers {
  readonly #options: EnhancedBearersOptions;
  #open = 0;
  /** Asked for and not answered: room is kept for them. */
  #wanted = 0;
  #hasRefusedPeer = false;
  #hasBegun = false;

  constructor(options: EnhancedBearersOptions) {
    this.#options = options;
  }

  /** For the channels that the peer opens to EATT_SPSM. */
  listener(): CreditListener {
    return {
      mtu: this.#mtu,
      room: this.#room,
      isEnhancedOnly: true,
      admit: this.#options.admit,
      opened: (channel) => this.#opened(channel),
      crowded: () => {
        this.#hasRefusedPeer = true;
      },
    };
  }

  /**
   * Opens that many more bearers, or as many as the peer grants, and gives their number. Default deadline 1 s, and what the link's pace adds. Rejects with
   * L2capError where it grants none or knows none, with InvalidStateError where the link is not encrypted or has enough of them.
   */
  async open(count: number, wait: WaitOptions = {}): Promise<number> {
    const { bearers, clock, peer, admit } = this.#options;
    const what = `opening ${count} Enhanced ATT bearers to ${peer}`;
    if (!Number.isInteger(count) || count < 1 || count > MAX_ENHANCED_BEARERS) {
      throw new InvalidArgumentError(`${what}: a link has 1 to ${MAX_ENHANCED_BEARERS} of them`);
    }
    if (admit() !== CreditResult.success) {
      throw new InvalidStateError(`${what}: the link is not encrypted; pair first`);
    }
    if (count > this.#room) {
      throw new InvalidStateError(
        `${what}: the link has ${this.#open} already, and ${this.#wanted} more are being opened; ${MAX_ENHANCED_BEARERS} is the limit`,
      );
    }
    return procedure<number>(
      {
        what,
        clock,
        scope: bearers.scope,
        defaultTimeoutMs: bearers.stretched(OPEN_TIMEOUT_MS),
        timeoutMs: wait.timeoutMs,
        signal: wait.signal,
        hint: () => 'the peer did not respond',
      },
      (settle) => {
        const own = new AbortController();
        this.#openUntilGranted(count, own.signal).then((granted) => {
          // Who has given up meanwhile gets none.
          for (const channel of granted) {
            if (own.signal.aborted) channel.close('closedHere');
            else this.#opened(channel);
          }
          settle.resolve(granted.length);
        }, settle.reject);
        return (reason) => own.abort(reason);
      },
    );
  }

  /**
   * The link is encrypted now: opens some, once in its life. Only a central does, so that both sides do not ask at once. A peer that has none says so, and
   * nothing else comes of it.
   */
  linkEncrypted(): void {
    const { role, log, peer } = this.#options;
    if (this.#hasBegun || role !== 'central') return;
    this.#hasBegun = true;
    const count = Math.min(BEARERS_UNASKED, this.#room);
    if (count === 0) return;
    this.open(count).catch((error: unknown) => {
      log.write('debug', 'att', () => `no Enhanced ATT bearers to ${peer}: ${String(error)}`);
    });
  }

  get #mtu(): number {
    return Math.max(MIN_ENHANCED_SIZE, this.#options.rxMtu ?? LARGEST_ATT_MTU);
  }

  get #room(): number {
    return MAX_ENHANCED_BEARERS - this.#open - this.#wanted;
  }

  async #openUntilGranted(count: number, signal: AbortSignal): Promise<readonly CreditChannel[]> {
    const { role, paceMs } = this.#options;
    for (let attempts = 1; ; attempts++) {
      // The peer may have opened some meanwhile.
      const left = Math.min(count, this.#room);
      if (left === 0) return [];
      try {
        return await this.#ask(left, signal);
      } catch (error) {
        const isRefused = error instanceof L2capError && error.result === CreditResult.noResources;
        const isCollision = isRefused && this.#hasRefusedPeer;
        const pauseMs = backOffMs({ role, isCollision, attempts, paceMs: paceMs() });
        if (pauseMs === undefined) throw error;
        await this.#pause(pauseMs, signal);
      }
    }
  }

  async #ask(count: number, signal: AbortSignal): Promise<readonly CreditChannel[]> {
    const wait = { timeoutMs: Number.POSITIVE_INFINITY, signal };
    this.#hasRefusedPeer = false;
    this.#wanted += count;
    try {
      return await this.#options.channels.connect(EATT_SPSM, this.#mtu, count, wait);
    } finally {
      this.#wanted -= count;
    }
  }

  #pause(ms: number, signal: AbortSignal): Promise<void> {
    const { clock, bearers, peer } = this.#options;
    const what = `letting ${peer} open Enhanced ATT bearers first`;
    const wait = { defaultTimeoutMs: Number.POSITIVE_INFINITY, signal };
    return procedure<void>({ what, clock, scope: bearers.scope, ...wait }, (settle) => {
      const timer = clock.after(ms, () => settle.resolve());
      return () => timer.cancel();
    });
  }

  #opened(channel: CreditChannel): void {
    const own = new CreditAttChannel(channel);
    this.#open++;
    this.#options.bearers.add(own);
    own.scope.add(() => {
      this.#open--;
    });
    own.start();
  }
}
