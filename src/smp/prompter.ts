import { InvalidArgumentError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { LARGEST_PASSKEY, passkeyText } from './pairing/passkey.ts';
import type { Keypress, PairingPrompt, PairingUi } from './pairing-ui.ts';

/** What the user's side of a pairing answers. A refusal may have a cause: what a callback threw. */
export type Answer<T> =
  | { readonly kind: 'answered'; readonly value: T }
  | { readonly kind: 'refused'; readonly cause?: unknown };

const keypressNames: readonly Keypress[] = [
  'entryStarted',
  'digitEntered',
  'digitErased',
  'cleared',
  'entryCompleted',
];

const passkeyOf = (entered: string | number): number => {
  const passkey = typeof entered === 'number' ? entered : /^\d{1,6}$/.test(entered) ? Number(entered) : -1;
  if (Number.isInteger(passkey) && passkey >= 0 && passkey <= LARGEST_PASSKEY) return passkey;
  throw new InvalidArgumentError('a passkey has six digits: 000000 to 999999');
};

/**
 * Calls what the user has written, in a turn of its own: never inside the reader of a command, and whatever it throws ends here.
 */
export class Prompter {
  readonly #ui: PairingUi;
  readonly #prompt: PairingPrompt;
  readonly #log: Log;

  constructor(ui: PairingUi, prompt: PairingPrompt, log: Log) {
    this.#ui = ui;
    this.#prompt = prompt;
    this.#log = log;
  }

  /** Resolves when it has been shown; a refusal where it could not be. */
  show(passkey: number): Promise<Answer<void>> {
    return this.#ask(async () => {
      await this.#ui.showPasskey?.(passkeyText(passkey), this.#prompt);
      return { kind: 'answered', value: undefined };
    });
  }

  enter(): Promise<Answer<number>> {
    return this.#ask(async () => {
      const entered = await this.#ui.enterPasskey?.(this.#prompt);
      return entered === undefined ? { kind: 'refused' } : { kind: 'answered', value: passkeyOf(entered) };
    });
  }

  compare(number: number): Promise<Answer<void>> {
    return this.#yes(() => this.#ui.compareNumbers?.(passkeyText(number), this.#prompt));
  }

  confirm(): Promise<Answer<void>> {
    return this.#yes(() => this.#ui.confirm?.(this.#prompt));
  }

  /** A key pressed on the peer; values that are reserved for future use are not told. */
  keypress(notification: number): void {
    const key = keypressNames[notification];
    if (key === undefined) return;
    void this.#ask(async () => {
      this.#ui.keypress?.(key, this.#prompt);
      return { kind: 'answered', value: undefined };
    });
  }

  #yes(ask: () => boolean | Promise<boolean> | undefined): Promise<Answer<void>> {
    return this.#ask(async () =>
      (await ask()) === true ? { kind: 'answered', value: undefined } : { kind: 'refused' },
    );
  }

  async #ask<T>(ask: () => Promise<Answer<T>>): Promise<Answer<T>> {
    // The turn ends first.
    await Promise.resolve();
    if (this.#prompt.signal.aborted) return { kind: 'refused' };
    try {
      return await ask();
    } catch (cause) {
      this.#log.write('error', 'smp', () => `a callback of the pairing's ui failed: ${String(cause)}`);
      return { kind: 'refused', cause };
    }
  }
}
