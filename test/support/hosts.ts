import { type Adapter, ManualClock, MemoryIdentityStore, type OpenOptions, open } from 'jelling';
import {
  type AirOptions,
  type ControllerOptions,
  createAir,
  type PacketScript,
  type VirtualController,
} from 'jelling/virtual';
import { expect } from 'vitest';

// The first open() of a process loads the layers, which takes turns of the event loop that no manual clock waits for while timers are pending.
await (await open(createAir().createController().connect())).close();

/** A host and the controller under it. */
export interface Host {
  readonly ble: Adapter;
  readonly controller: VirtualController;
}

export interface HostOptions extends ControllerOptions {
  readonly open?: OpenOptions;
  /** What becomes of the packets of the host, from its first on. */
  readonly fromHost?: PacketScript;
}

/** Hosts that share an air and a clock which stands still until a test moves it. */
export class Hosts implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly air;
  readonly #hosts: Host[] = [];

  constructor(options: AirOptions = {}) {
    this.air = createAir({ clock: this.clock, seed: 7, ...options });
  }

  host(options: HostOptions = {}): Promise<Host> {
    const controller = this.air.createController(options);
    controller.faults.fromHost = options.fromHost;
    return this.hostOn(controller, options.open);
  }

  /** A host on a controller that is there; on that of one that has been closed it is, by its address, the same device. */
  async hostOn(controller: VirtualController, options: OpenOptions = {}): Promise<Host> {
    const opening = open(controller.connect(), {
      clock: this.clock,
      identityStore: new MemoryIdentityStore(),
      ...options,
    });
    const host: Host = { ble: await this.run(opening), controller };
    this.#hosts.push(host);
    return host;
  }

  /** Lets time pass until the promise has settled, and gives its outcome. */
  run<T>(promise: Promise<T>, limitMs?: number): Promise<T> {
    return this.clock.run(promise, limitMs);
  }

  /** Closes all, and shows that no host ever did what its controller forbids. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.run(Promise.all(this.#hosts.map(({ ble }) => ble.close())));
    for (const { controller } of this.#hosts) expect(controller.violations).toEqual([]);
  }
}

/** Two hosts with a link between them. */
export const linked = async (hosts: Hosts, central: Host, peripheral: Host) => {
  const incoming = peripheral.ble.advertise({ intervalMs: 20 });
  const atCentral = await hosts.run(central.ble.device(peripheral.ble.address).connect());
  return { atCentral, atPeripheral: await hosts.run(incoming) };
};
