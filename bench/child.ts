import process from 'node:process';
import type { Phase } from './phases.ts';

/** What the runner tells a side. */
export type Order =
  | { readonly order: 'prepare'; readonly phase: Phase }
  | { readonly order: 'run'; readonly phase: Phase; readonly count: number }
  | { readonly order: 'sample' }
  | { readonly order: 'close' };

/** Where the controllers are. */
export interface Served {
  readonly central: number;
  readonly peripheral: number;
  readonly peripheralAddress: string;
  /** Those of the devices that a central is linked to all at once. */
  readonly many: readonly { readonly port: number; readonly address: string }[];
}

/** Operations that each of several links carried. */
export type Shares = readonly number[];

/** What a transport did so far. */
export interface Counted {
  /** Calls of the operating system that sent something. */
  readonly writes: number;
  /** ATT requests, where they are counted. */
  readonly requests?: number;
}

/** One side of what is measured, in a process of its own. */
export interface Side {
  /** Sets a phase up; not measured. */
  prepare(phase: Phase): Promise<void>;
  /** Resolves when `count` operations are over on this side; at once on a side that only answers. */
  run(phase: Phase, count: number): Promise<Shares | undefined>;
  close(): Promise<void>;
  /** What the transport has done so far. */
  counted(): Counted;
}

/** What a side is started with. */
export const role = process.argv[2];
export const served = JSON.parse(process.argv[3] ?? '{}') as Served;

/** Tells the runner something of its own accord. */
export const tell = (message: object): void => void process.send?.(message);

/** Lets the runner drive a side. */
export const serveOrders = (side: Side): void => {
  const obey = async (order: Order): Promise<object> => {
    switch (order.order) {
      case 'prepare':
        await side.prepare(order.phase);
        return {};
      case 'run':
        return { shares: await side.run(order.phase, order.count) };
      case 'sample': {
        const { user, system } = process.cpuUsage();
        return { cpuUs: user + system, wallMs: performance.now(), ...side.counted() };
      }
      case 'close':
        await side.close();
        return {};
    }
  };
  process.on('message', (order: Order) => {
    obey(order).then(tell, (error: unknown) =>
      tell({ error: error instanceof Error ? error.stack : String(error) }),
    );
  });
  process.on('disconnect', () => process.exit());
  tell({});
};
