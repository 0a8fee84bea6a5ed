import { bonds } from './bonds.ts';
import type { Command } from './command.ts';
import { files } from './files.ts';
import { uart } from './uart.ts';

interface SingleCommand {
  readonly summary: string;
  /** Only the command that runs is loaded. */
  readonly load: () => Promise<Command>;
}

/** A command whose first argument names what it shall do. */
export interface CommandGroup {
  readonly summary: string;
  /** Paragraphs of help. */
  readonly description: readonly string[];
  readonly commands: Readonly<Record<string, SingleCommand>>;
  readonly examples: readonly string[];
}

export type CommandEntry = SingleCommand | CommandGroup;

export const commands: Readonly<Record<string, CommandEntry>> = {
  demo: {
    summary: 'watch a sensor and its client talk, with no hardware',
    load: async () => (await import('./demo.ts')).demo,
  },
  scan: {
    summary: 'list what advertises nearby',
    load: async () => (await import('./scan.ts')).scan,
  },
  advertise: {
    summary: 'be a peripheral with a name and services',
    load: async () => (await import('./advertise.ts')).advertise,
  },
  inspect: {
    summary: "show a peer's services, characteristics and values",
    load: async () => (await import('./inspect.ts')).inspect,
  },
  read: {
    summary: 'read a characteristic',
    load: async () => (await import('./read.ts')).read,
  },
  write: {
    summary: 'write a characteristic',
    load: async () => (await import('./write.ts')).write,
  },
  subscribe: {
    summary: 'print the values that a characteristic sends',
    load: async () => (await import('./subscribe.ts')).subscribe,
  },
  pair: {
    summary: 'pair with a peer, so that links to it are encrypted',
    load: async () => (await import('./pair.ts')).pair,
  },
  bonds,
  files,
  uart,
  adapters: {
    summary: "list this machine's controllers, and what is wrong with each",
    load: async () => (await import('./adapters.ts')).adapters,
  },
  doctor: {
    summary: 'say who holds each controller, and the line that mends it',
    load: async () => (await import('./doctor.ts')).doctor,
  },
  virtual: {
    summary: 'serve virtual controllers to any host',
    load: async () => (await import('./virtual.ts')).virtual,
  },
  soak: {
    summary: 'run hosts for hours of virtual time, and look for leaks',
    load: async () => (await import('./soak.ts')).soak,
  },
};
