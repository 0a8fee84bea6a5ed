/** What a row is: one scenario in the guest, and what it needs on the machine around it. */
import type { Adapter, AdvertisingOptions, OpenOptions } from 'jelling';
import type { Air, ControllerOptions, DongleFaults, VirtualController } from 'jelling/virtual';

/** What passes between the halves of a row: anything that JSON can say. */
export type Told = string | number | boolean | null | readonly Told[] | { readonly [name: string]: Told };

export interface Row<Facts extends Told = Told> {
  /** As `--only` has it. */
  readonly name: string;
  /** What is done and must be seen, in a sentence. */
  readonly what: string;
  /** How long it may take; 60 s unless given. The guest is ten times slower than a machine. */
  readonly timeoutMs?: number;
  /** The half that runs on this machine, before the other: the dongles and whoever else is on their air. What it gives are the facts of the other. */
  stage?(stage: Stage): Promise<Facts>;
  /** The half that runs in the guest, as root, in a process of its own. It passes when it resolves. */
  guest(bench: Bench<Facts>): Promise<void>;
}

/** An air on the machine. All that was made on it ends with the row. */
export interface Stage {
  readonly air: Air;
  /** A dongle, over USB/IP; `bench.attach()` plugs it in. `nature` is what `serve()` takes behind the port, such as `,bulk`. */
  dongle(options?: ControllerOptions, nature?: string): Promise<StagedDongle>;
  /** A host with a controller of its own on the same air. */
  host(options?: OpenOptions): Promise<Adapter>;
  /** Advertises from now on, again after each central. Resolves when it can be found. */
  advertise(adapter: Adapter, options?: AdvertisingOptions): Promise<void>;
  /** Something that the half in the guest may ask for, by name. */
  on(action: string, work: (argument: Told) => Promise<Told>): void;
}

/** Where a dongle waits. */
export type Socket = { readonly port: number; readonly busid: string };

/** A dongle that waits. */
export interface StagedDongle {
  readonly socket: Socket;
  /** What goes wrong with it, also while the guest has it. */
  readonly faults: DongleFaults;
  readonly controller: VirtualController;
}

/** How a program has ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Not as root but as a user who may do nothing. */
  readonly asUser?: boolean;
  /** 30 s unless given. */
  readonly timeoutMs?: number;
}

/** What the half in the guest works with. */
export interface Bench<Facts extends Told = Told> {
  /** What the half on the machine gave. */
  readonly facts: Facts;
  /** Has the half on the machine do what it has under this name. */
  ask(action: string, argument?: Told): Promise<Told>;
  /** A line that is printed under the row. */
  say(line: string): void;
  /** Plugs a dongle in and waits until the kernel has it and udevd is done with it. Gives its name in /sys/bus/usb/devices. */
  attach(socket: Socket): Promise<string>;
  /** Pulls out what was attached, as by hand. */
  detach(): Promise<void>;
  /** What the kernel has said since the row began. */
  kernelLog(): Promise<readonly string[]>;
  run(program: string, args: readonly string[], options?: RunOptions): Promise<Ended>;
  /** The command of this tree. */
  jelling(args: readonly string[], options?: RunOptions): Promise<Ended>;
  /** Waits until something holds, asking again and again; says what it was waiting for when it does not come. */
  until<T>(what: string, look: () => T | undefined | Promise<T | undefined>, timeoutMs?: number): Promise<T>;
}

const TIMEOUT_MS = 60_000;

export const rowTimeoutMs = ({ timeoutMs = TIMEOUT_MS }: Row): number => timeoutMs;
