/** One side of a pair at work: its report so far, and how far it has come. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Child } from './child.ts';
import { type Line, Report } from './report.ts';
import type { Role, TopicName } from './table.ts';

type Milestone = 'ready' | 'advertising' | 'done';

export interface Part {
  topic: TopicName;
  role: Role;
  /** Where its controller is served: `tcp:HOST:PORT` or `serial:PATH`. */
  place: string;
  /** Where its HCI traffic is to be written. */
  capture: string;
  /** Whether its air has scan responses to wait for. */
  scanResponse: boolean;
  sabotage: boolean;
}

/** Takes the lines of a peer, of whichever make, and lets the runner wait for what they say. */
export abstract class Player {
  readonly report = new Report();
  readonly #reached = new Map<Milestone, PromiseWithResolvers>();
  #ended = false;

  protected take(line: Line): void {
    this.report.take(line);
    if (line.event === 'ready' || line.event === 'advertising' || line.event === 'done') {
      this.#milestone(line.event).resolve(true);
    }
  }

  /** To be called once, when the peer can say no more: whoever waits for it learns that it is gone. */
  protected end(why: string | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.report.ended = why;
    for (const milestone of ['ready', 'advertising', 'done'] as const)
      this.#milestone(milestone).resolve(false);
  }

  #milestone(event: Milestone): PromiseWithResolvers {
    let milestone = this.#reached.get(event);
    if (milestone === undefined) {
      milestone = withResolvers();
      this.#reached.set(event, milestone);
    }
    return milestone;
  }

  /** False when it ended, or took too long, without coming so far. */
  async reaches(event: Milestone, timeoutMs: number): Promise<boolean> {
    const abort = new AbortController();
    const late = sleep(timeoutMs, undefined, { signal: abort.signal }).then(
      () => {
        this.report.ended ??= `not ${event} within ${timeoutMs} ms`;
        return false;
      },
      () => false,
    );
    const reached = await Promise.race([this.#milestone(event).promise, late]);
    abort.abort();
    return reached;
  }

  abstract stop(): Promise<void>;
}

interface PromiseWithResolvers {
  promise: Promise<boolean>;
  resolve: (reached: boolean) => void;
}

const withResolvers = (): PromiseWithResolvers => {
  let resolve: (reached: boolean) => void = () => {};
  const promise = new Promise<boolean>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
};

const addresses: Record<Role, string> = { central: 'E0:E1:E2:E3:E4:E5', peripheral: 'F0:F1:F2:F3:F4:F5' };

/** Bumble's host, in a process of its own. */
export class BumblePlayer extends Player {
  readonly #child: Child;

  constructor(python: string, part: Part) {
    super();
    const transport = part.place.replace(/^tcp:/, 'tcp-client:');
    const args = [transport, '--address', addresses[part.role], '--snoop', part.capture];
    if (!part.scanResponse) args.push('--no-scan-response');
    if (part.sabotage) args.push('--sabotage');
    this.#child = new Child(python, `${part.topic}/bumble_${part.role}`, args, (line) => this.take(line));
    void this.#child.ended.then((why) => this.end(why));
  }

  override async stop(): Promise<void> {
    await this.#child.stop();
  }
}
