import type { Chance } from './soak-chance.ts';
import type { SoakTally } from './soak-tally.ts';
import type { SoakHost, SoakWorld } from './soak-world.ts';

/** Waits on the clock of the world. */
export type Wait = (ms: number) => Promise<void>;

type Fault = (world: SoakWorld, chance: Chance, wait: Wait) => Promise<void>;

const host = ({ sensor, gateway }: SoakWorld, chance: Chance): SoakHost => chance.pick(sensor, gateway);

const wall = async ({ air, sensor, gateway }: SoakWorld, wait: Wait, forMs: number): Promise<void> => {
  air.faults.separate(sensor.controller.station, gateway.controller.station);
  await wait(forMs);
  air.faults.join(sensor.controller.station, gateway.controller.station);
};

const stall = async ({ controller }: SoakHost, wait: Wait, forMs: number): Promise<void> => {
  controller.faults.stall();
  await wait(forMs);
  controller.faults.resume();
};

/** What goes wrong, by name. Each is over and taken back when its promise resolves. */
const faults: Readonly<Record<string, Fault>> = {
  // Shorter than any supervision timeout, and longer.
  'short wall': (world, chance, wait) => wall(world, wait, chance.between(200, 1_500)),
  'long wall': (world, chance, wait) => wall(world, wait, chance.between(8_000, 40_000)),
  // Not all the time: where nothing can be lost, links on which nobody speaks cost no time.
  'lossy air': async ({ air }, chance, wait) => {
    air.loss = chance.between(0.2, 0.5);
    await wait(chance.between(5_000, 40_000));
    air.loss = 0;
  },
  // Shorter than the deadline of a command, and longer.
  'short stall': (world, chance, wait) => stall(host(world, chance), wait, chance.between(100, 1_500)),
  'long stall': (world, chance, wait) => stall(host(world, chance), wait, chance.between(5_000, 20_000)),
  unplugged: (world, chance) => {
    host(world, chance).controller.faults.unplug();
    return Promise.resolve();
  },
  'link ended by the peer': async ({ sensor }) => {
    await Promise.all(sensor.ble.connections.map((connection) => connection[Symbol.asyncDispose]()));
  },
  'corrupt packet': async ({ air }, _chance, wait) => {
    air.faults.data = () => {
      air.faults.data = undefined;
      return 'corrupt';
    };
    await wait(20_000);
    air.faults.data = undefined;
  },
};

/** Lets one of them happen, or none. */
export const oneFault = async (
  world: SoakWorld,
  chance: Chance,
  tally: SoakTally,
  wait: Wait,
): Promise<void> => {
  const [name, fault] = chance.pick(['none', () => Promise.resolve()], ...Object.entries(faults));
  tally.fault(name);
  await fault(world, chance, wait);
};
