import { type Clock, noTimer, type Timer } from '../core/clock.ts';
import { Counters } from '../core/counters.ts';
import { HciCommand } from './codec/commands.ts';
import type { HciController } from './hci-controller.ts';

/** How long a controller may say nothing before it is asked something, unless open() is told otherwise. */
export const SILENCE_MS = 30_000;

/** What is used of a controller. */
export type WatchedController = Pick<HciController, 'scope' | 'send' | 'packetsReceived' | 'owesAnswer'>;

/**
 * Asks a controller that has said nothing for long, as long as it lasts: when nobody waits for anything from it, nobody would miss it. Where it does not answer it has failed, as with any
 * other command. The question changes nothing, and every controller answers it: no start-up goes without (Vol 4, Part E, 3.1 and 7.4.1).
 *
 * Packets are only counted. The count is looked at every `silenceMs`, so that a controller is asked after one to two of them.
 */
export class SilenceWatch {
  readonly counters = new Counters(['silenceChecks']);
  readonly #hci: WatchedController;
  readonly #clock: Clock;
  readonly #silenceMs: number;
  #seen: number;
  #timer: Timer = noTimer;

  constructor(hci: WatchedController, clock: Clock, silenceMs: number) {
    this.#hci = hci;
    this.#clock = clock;
    this.#silenceMs = silenceMs;
    this.#seen = hci.packetsReceived;
    this.#arm();
    hci.scope.add(() => this.#timer.cancel());
  }

  #arm(): void {
    this.#timer = this.#clock.after(this.#silenceMs, () => this.#look(), { background: true });
  }

  #look(): void {
    const { packetsReceived, owesAnswer } = this.#hci;
    if (packetsReceived === this.#seen && !owesAnswer) this.#ask();
    else this.#goOn();
  }

  #ask(): void {
    this.counters.add('silenceChecks');
    const answered = (): void => {
      if (this.#hci.scope.error === undefined) this.#goOn();
    };
    this.#hci.send(HciCommand.readLocalVersionInformation, {}).then(answered, answered);
  }

  /** What has come by now, the answer too, does not count as a sign of life at the next look. */
  #goOn(): void {
    this.#seen = this.#hci.packetsReceived;
    this.#arm();
  }
}
