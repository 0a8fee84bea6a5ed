import { getHeapSpaceStatistics } from 'node:v8';
import { type Adapter, type ManualClock, MemoryBondStore, MemoryIdentityStore, open } from 'jelling';
import { type Air, createAir, type VirtualController } from 'jelling/virtual';
import type { Sample } from './soak-leaks.ts';
import type { SoakTally } from './soak-tally.ts';

/** A host that gets its controller back, and the controller. */
export interface SoakHost {
  readonly ble: Adapter;
  readonly controller: VirtualController;
}

/** Three hosts on a timed air, and a clock that stands still until it is moved. */
export interface SoakWorld extends AsyncDisposable {
  readonly clock: ManualClock;
  readonly air: Air;
  /** Is connected to. */
  readonly sensor: SoakHost;
  /** Is always connected to the sensor, as far as it can be. */
  readonly gateway: SoakHost;
  /** Comes and goes. */
  readonly visitor: SoakHost;
  /** What is held now. */
  sample(tally: SoakTally): Sample;
}

export const openWorld = async (clock: ManualClock, seed: number, tally: SoakTally): Promise<SoakWorld> => {
  // The first open() of a process loads the layers, which takes turns of the event loop that no manual clock waits for.
  await (await open(createAir().createController().connect())).close();
  const air = createAir({ clock, model: 'timed', seed });
  const host = async (name: string, x: number): Promise<SoakHost> => {
    const controller = air.createController({ name, position: { x, y: 0 } });
    const opening = open(controller.connect(), {
      clock,
      recover: () => controller.connect(),
      identityStore: new MemoryIdentityStore(),
      bonds: new MemoryBondStore(),
      security: {},
    });
    const ble = await clock.run(opening);
    let lost = false;
    ble.on('state', (state) => {
      if (state === 'ready' && lost) tally.recoveries++;
      lost = state === 'lost';
    });
    return { ble, controller };
  };
  const sensor = await host('sensor', 0);
  const gateway = await host('gateway', 3);
  const visitor = await host('visitor', 5);
  const all = [sensor, gateway, visitor];
  const sum = (count: (host: SoakHost) => number): number =>
    all.reduce((total, one) => total + count(one), 0);
  return {
    clock,
    air,
    sensor,
    gateway,
    visitor,
    sample: ({ listeners }) => ({
      timers: clock.pending,
      links: sum(({ ble }) => ble.connections.length),
      handles: sum(({ controller }) => controller.handles.length),
      buffers: sum(({ controller }) => controller.usedBuffers),
      listeners,
      heapOctets: heapOctets(),
    }),
    [Symbol.asyncDispose]: async () => {
      await clock.run(Promise.all(all.map(({ ble }) => ble.close())));
    },
  };
};

/** Where V8 keeps compiled code, which grows with time and is nobody's leak, and what is there from the start. */
const NO_OBJECTS = /^(read_only|code|trusted|shared|code_large_object|trusted_large_object|shared_.*)_space$/;

/** What objects take; undefined unless Node.js runs with --expose-gc. */
const heapOctets = (): number | undefined => {
  if (globalThis.gc === undefined) return undefined;
  globalThis.gc();
  return getHeapSpaceStatistics()
    .filter(({ space_name }) => !NO_OBJECTS.test(space_name))
    .reduce((sum, { space_used_size }) => sum + space_used_size, 0);
};
