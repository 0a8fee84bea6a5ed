import type { Air, Station } from 'jelling/virtual';
import { UsageError } from './exit.ts';
import { readOctets } from './octets.ts';
import { duration, type Read } from './option.ts';
import type { Output } from './output.ts';

/** A wall between two radios, in the middle of what they say to each other. */
export interface CutFault {
  /** Octets of user data that pass before. */
  readonly afterOctets: number;
  /** How long it stands. */
  readonly forMs: number;
}

/** The longest delay that a timer takes: 24 days, which is as good as for ever. */
const MAX_CUT_MS = 0x7fff_ffff;
/** Longer than the supervision timeout that links have unless somebody asks for another, so that both ends have lost the link when the wall falls. */
const DEFAULT_CUT_MS = 6_000;

const form = 'give cut:after=OCTETS or cut:after=OCTETS,for=TIME, as in cut:after=20k,for=8s';

/** `cut:after=20k,for=8s`. */
export const parseFault: Read<CutFault> = (given) => {
  const [, settings] = /^cut:(.*)$/.exec(given) ?? [];
  if (settings === undefined) throw new UsageError(`'${given}' is no fault: ${form}`);
  let afterOctets: number | undefined;
  let forMs = DEFAULT_CUT_MS;
  for (const setting of settings.split(',')) {
    const [, name, value = ''] = /^(after|for)=(.+)$/.exec(setting) ?? [];
    if (name === undefined) throw new UsageError(`'${setting}' is no part of a cut: ${form}`);
    if (name === 'after') afterOctets = readOctets(value);
    else forMs = duration(value);
  }
  if (afterOctets === undefined) throw new UsageError(`'${given}' does not say when: ${form}`);
  return { afterOctets, forMs };
};

/** Has them happen on an air, each once. What is returned takes walls down again and lets no more happen. */
export const armFaults = (air: Air, faults: readonly CutFault[], output: Output): (() => void) => {
  const waiting = [...faults].sort((a, b) => a.afterOctets - b.afterOctets);
  const timers = new Set<NodeJS.Timeout>();
  let passed = 0;
  const cut = ({ forMs }: CutFault, from: Station, to: Station): void => {
    air.faults.separate(from, to);
    tell(output, 'cut', `a wall is between ${from.name} and ${to.name}, for ${forMs / 1_000} s`, from, to);
    const timer = setTimeout(
      () => {
        timers.delete(timer);
        air.faults.join(from, to);
        tell(output, 'joined', `the wall between ${from.name} and ${to.name} is gone`, from, to);
      },
      Math.min(forMs, MAX_CUT_MS),
    );
    timers.add(timer);
  };
  if (waiting.length > 0) {
    air.faults.data = ({ from, to, payload }) => {
      const [first] = waiting;
      if (first === undefined || passed + payload.length <= first.afterOctets) {
        passed += payload.length;
        return undefined;
      }
      waiting.shift();
      cut(first, from, to);
      return 'drop';
    };
  }
  return () => {
    air.faults.data = undefined;
    for (const timer of timers) clearTimeout(timer);
  };
};

const tell = (output: Output, event: string, text: string, a: Station, b: Station): void => {
  output.note({ event, adapters: [a.name, b.name] }, () => output.noteStyle('yellow', text));
};
