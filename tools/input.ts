import type { Readable } from 'node:stream';

/** What a command reads: standard input, which is not touched before somebody asks for it. */
export class Input {
  readonly #open: () => Readable;
  #stream: Readable | undefined;

  constructor(open: () => Readable) {
    this.#open = open;
  }

  /** The next octets, or undefined at the end. Nothing is read ahead. Rejects with the signal's reason. */
  async read(signal: AbortSignal): Promise<Uint8Array | undefined> {
    this.#stream ??= this.#open();
    const stream = this.#stream;
    for (;;) {
      signal.throwIfAborted();
      const octets: Uint8Array | null = stream.read();
      if (octets !== null) return octets;
      if (stream.readableEnded || stream.destroyed) return undefined;
      await moreOf(stream, signal);
    }
  }

  /** It keeps the process alive no longer. */
  close(): void {
    this.#stream?.destroy();
  }
}

/** Resolves when there may be something to read, or the end. */
const moreOf = (stream: Readable, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const events = ['readable', 'end', 'close'] as const;
    const leave = (): void => {
      for (const event of events) stream.off(event, more);
      stream.off('error', failed);
      signal.removeEventListener('abort', aborted);
    };
    const more = (): void => {
      leave();
      resolve();
    };
    const failed = (error: unknown): void => {
      leave();
      reject(error);
    };
    const aborted = (): void => failed(signal.reason);
    for (const event of events) stream.on(event, more);
    stream.on('error', failed);
    signal.addEventListener('abort', aborted);
  });
