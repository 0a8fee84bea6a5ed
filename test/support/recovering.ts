import type { OpenOptions } from 'jelling';
import type { ControllerOptions, VirtualController } from 'jelling/virtual';
import type { Host, Hosts } from './hosts.ts';

/** A host that gets its controller back, with what it said meanwhile. */
export interface RecoveringHost extends Host {
  /** Each change of its state. */
  readonly states: string[];
  readonly log: string[];
  /** What the next tries find in the place of the controller; without any, the controller itself. */
  readonly ways: (() => ReturnType<VirtualController['connect']>)[];
  /** The controller that tries find. */
  next: VirtualController;
}

export const recoveringHost = async (
  hosts: Hosts,
  { open, ...options }: ControllerOptions & { readonly open?: OpenOptions } = {},
): Promise<RecoveringHost> => {
  const controller = hosts.air.createController(options);
  const made: Pick<RecoveringHost, 'states' | 'log' | 'ways' | 'next'> = {
    states: [],
    log: [],
    ways: [],
    next: controller,
  };
  const host = await hosts.hostOn(controller, {
    recover: () => (made.ways.shift() ?? (() => made.next.connect()))(),
    log: ({ level, message }) => made.log.push(`${level}: ${message}`),
    ...open,
  });
  host.ble.on('state', (state) => made.states.push(state));
  return Object.assign(made, host);
};

/** The outcome of a promise: what it rejects with, too. */
export const settled = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'resolved',
    (error: unknown) => error,
  );
