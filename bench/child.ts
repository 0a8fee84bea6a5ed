import process from 'node:process';
import type { Phase } from './phases.ts';

/** What the runner tells a side. */
export type Order =
  | { readonly order: 'prepare'; readonly phase: Phase }
  | { readonly order: 'run'; readonly phase: Phase; readonly count: number }
  | { readonly order: 'sample' }
  | { readonly order: 'close' };

/** One side of what is measured, in a process of its own. */
export interface Side {
  /** Sets a phase up; not measured. */
  prepare(phase: Phase): Promise<void>;
  /** Resolves when `count` operations are over on this side; at once on a side that only answers. */
  run(phase: Phase, count: number): Promise<void>;
  close(): Promise<void>;
}

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
        await side.run(order.phase, order.count);
        return {};
      case 'sample':
        return { cpuUs: process.cpuUsage().user + process.cpuUsage().system, wallMs: performance.now() };
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
