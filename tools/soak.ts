import { ManualClock } from 'jelling';
import { defineCommand } from './command.ts';
import { Exit, UsageError } from './exit.ts';
import { type Read, whole, withDefault } from './option.ts';
import { leakRule } from './soak-leaks.ts';
import { tellHours, tellSoak } from './soak-report.ts';
import { soak as run } from './soak-run.ts';

const hoursOf: Read<number> = (given) => {
  const hours = given.trim() === '' ? Number.NaN : Number(given);
  if (!(hours >= 0.5 && hours <= 100_000))
    throw new UsageError(`'${given}' is not a number of hours, 0.5 or more`);
  return hours;
};

export const soak = defineCommand({
  description: [
    'Runs three hosts against each other for hours of virtual time, on an air with the times of a real one: a sensor that notifies, a gateway that keeps connected to it, and a visitor who comes and goes. Meanwhile things go wrong: walls, lossy air, controllers that stall or are unplugged, packets that are corrupt. What the hosts hold is counted all the time. No hardware is needed, and a day takes minutes.',
    leakRule,
    'The heap, without compiled code, is looked at where Node.js runs with --expose-gc, as in npm run soak. The status is 1 where there is a leak, or where a host has broken a rule of its controller.',
  ],
  options: {
    hours: withDefault('N', 'how much virtual time, 0.5 or more; 24 unless given', hoursOf, 24),
    seed: withDefault(
      'N',
      'what faults, loss and operations come from; 1 unless given',
      whole(0, 0xffff_ffff),
      1,
    ),
  },
  common: ['json'],
  examples: ['jelling soak', 'jelling soak --hours 2 --seed 7', 'jelling soak --json | jq .leaks'],
  async run({ output, options: { hours, seed }, signal }) {
    const result = await run({ clock: new ManualClock(), hours, seed, signal, onRound: tellHours(output) });
    return tellSoak(output, result) ? Exit.ok : Exit.failure;
  },
});
