import type { ManualClock } from 'jelling';
import { Chance } from './soak-chance.ts';
import { keepGateway, visit, workGateway } from './soak-clients.ts';
import { oneFault, type Wait } from './soak-faults.ts';
import { judge, LEAST_SAMPLES, type Sample, type Verdict } from './soak-leaks.ts';
import { runSoakSensor } from './soak-sensor.ts';
import { SoakTally } from './soak-tally.ts';
import { openWorld } from './soak-world.ts';

/** Virtual time from one sample to the next, with one fault in it. */
const ROUND_MS = 180_000;
/** How late in a round faults and operations may begin; what they wait for is over before its end. */
const WORK_MS = 120_000;
const FAULT_MS = 80_000;

export interface SoakOptions {
  /** Time stands still between rounds. */
  readonly clock: ManualClock;
  readonly hours: number;
  readonly seed: number;
  /** Aborts between two rounds. */
  readonly signal: AbortSignal;
  /** Called after each round. */
  readonly onRound: (round: SoakRound) => void;
}

export interface SoakRound {
  readonly elapsedMs: number;
  readonly tally: SoakTally;
  readonly sample: Sample;
}

export interface SoakResult {
  readonly tally: SoakTally;
  readonly verdicts: readonly Verdict[];
  /** What the hosts did against the specification, by the judgement of their controllers. */
  readonly violations: readonly string[];
}

/** Runs hosts against each other for hours of virtual time, while things go wrong, and judges what they have kept. */
export const soak = async ({ clock, hours, seed, signal, onRound }: SoakOptions): Promise<SoakResult> => {
  const chance = new Chance(seed);
  const tally = new SoakTally();
  const samples: Sample[] = [];
  const wait: Wait = (ms) => new Promise((resolve) => clock.after(ms, resolve));
  const world = await openWorld(clock, seed, tally);
  const beganMs = clock.now();
  const sensor = runSoakSensor(world.sensor.ble, tally, wait);
  const kept = keepGateway(world, tally);
  const round = async (): Promise<void> => {
    const startMs = clock.now();
    const endMs = startMs + WORK_MS;
    await Promise.all([
      wait(chance.between(0, FAULT_MS)).then(() => oneFault(world, chance, tally, wait)),
      wait(chance.between(0, WORK_MS)).then(() => visit(world, tally)),
      workGateway(world, kept, { tally, chance, wait, endMs }),
    ]);
    await wait(Math.max(0, startMs + ROUND_MS - clock.now()));
  };
  try {
    const rounds = Math.max(LEAST_SAMPLES, Math.round((hours * 3_600_000) / ROUND_MS));
    for (let i = 0; i < rounds; i++) {
      signal.throwIfAborted();
      await clock.run(round(), 2 * ROUND_MS);
      sensor.check();
      await turn();
      const sample = world.sample(tally);
      samples.push(sample);
      onRound({ elapsedMs: clock.now() - beganMs, tally, sample });
    }
  } finally {
    await clock.run(Promise.all([kept.close(), sensor.stop()]));
    await world[Symbol.asyncDispose]();
  }
  sensor.check();
  await turn();
  const controllers = [world.sensor, world.gateway, world.visitor].map(({ controller }) => controller);
  return {
    tally,
    verdicts: judge(samples, world.sample(tally)),
    violations: controllers.flatMap(({ name: host, violations }) =>
      violations.map(({ name, detail }) => `${host}: ${name}, ${detail}`),
    ),
  };
};

/** A turn of the event loop, in which signals of the system arrive. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
