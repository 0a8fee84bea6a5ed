/** One side of a pair at work: its report so far, and how far it has come. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Child, type Command, nodeCommand, pythonCommand } from './child.ts';
import type { Environments } from './environments.ts';
import type { KindName } from './kinds/kinds.ts';
import { type Line, Report, type Told } from './report.ts';
import type { Host, Role, TopicName } from './table.ts';

type Milestone = 'ready' | 'advertising' | 'done';

export interface Part {
  topic: TopicName;
  role: Role;
  /** Where its controller is served: `tcp:HOST:PORT`, `serial:PATH` or `unix:PATH`. */
  place: string;
  /** Where its HCI traffic is to be written. */
  capture: string;
  /** The procedures that the pair goes through. */
  rows: readonly string[];
  sabotage: boolean;
  /** What kind of controller this side is on, where it is one. */
  kind?: KindName | undefined;
  /** How long it may take, however much there is to do. */
  wholeMs: number;
}

/** Takes the lines of a peer, of whichever make, and lets the runner wait for what they say. */
export abstract class Player {
  readonly report = new Report();
  readonly #reached = new Map<Milestone, PromiseWithResolvers>();
  #ended = false;
  #other: Player | undefined;
  readonly #untold: Told[] = [];

  /** From here on the other side hears what this one tells, and what it has told before. */
  tells(other: Player): void {
    this.#other = other;
    for (const told of this.#untold.splice(0)) other.hear(told);
  }

  /** The other side tells something. */
  abstract hear(told: Told): void;

  protected take(line: Line): void {
    this.report.take(line);
    if (line.event === 'tells') {
      if (this.#other === undefined) this.#untold.push(line.told);
      else this.#other.hear(line.told);
    }
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

/** Who plays a part in a process of its own: what runs it, and what it calls its controller. */
type Casting = (environments: Environments, part: Part) => Command;

const castings: Record<Exclude<Host, 'jelling'>, Casting> = {
  bumble: (environments, { topic, role, place, rows }) => [
    ...pythonCommand(environments, `${topic}/bumble_${role}`),
    place.replace(/^(tcp|unix):/, '$1-client:'),
    ...(rows.includes('scan response') ? [] : ['--no-scan-response']),
  ],
  'ble-host': (environments, { topic, role, place }) => [
    ...nodeCommand(environments, `${topic}/ble-host-${role}`),
    place,
  ],
};

/** A foreign host, in a process of its own. */
export class ForeignPlayer extends Player {
  readonly #child: Child;

  /** It may keep files in `folder`. */
  constructor(host: Exclude<Host, 'jelling'>, environments: Environments, part: Part, folder: string) {
    super();
    const args = ['--address', addresses[part.role], '--snoop', part.capture];
    args.push('--seconds', String(part.wholeMs / 1000));
    if (part.sabotage) args.push('--sabotage');
    const command: Command = [...castings[host](environments, part), ...args];
    this.#child = new Child(`${host} ${part.role}`, command, (line) => this.take(line), folder);
    void this.#child.ended.then((why) => this.end(why));
  }

  override hear(told: Told): void {
    this.#child.hear(told);
  }

  override async stop(): Promise<void> {
    await this.#child.stop();
  }
}
