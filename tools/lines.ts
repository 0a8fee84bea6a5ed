import type { Input } from './input.ts';

/** Standard input line by line: the answers of a user. */
export class Lines {
  readonly #input: Input;
  readonly #decoder = new TextDecoder();
  #text = '';

  constructor(input: Input) {
    this.#input = input;
  }

  /** The next line, or undefined where there is no more. Rejects with the signal's reason. */
  async next(signal: AbortSignal): Promise<string | undefined> {
    for (;;) {
      const end = this.#text.indexOf('\n');
      if (end >= 0) {
        const line = this.#text.slice(0, end).trim();
        this.#text = this.#text.slice(end + 1);
        return line;
      }
      const octets = await this.#input.read(signal);
      if (octets === undefined) return undefined;
      this.#text += this.#decoder.decode(octets, { stream: true });
    }
  }
}
