import { test } from 'vitest';
import { Bench, type BenchOptions } from './bench.ts';
import { testServices } from './services.ts';

/** One line of the stack and what makes it wrong in such a way that the case must fail. */
export interface Mutation {
  readonly file: `src/${string}.ts`;
  readonly from: string;
  readonly to: string;
}

declare module 'vitest' {
  interface TaskMeta {
    mutation?: Mutation;
    /** The tester has paired in it, if only to get where the case begins. */
    pairs?: boolean;
  }
}

/** One case of a suite, by its ID; what the reporter counts. */
export const conformance = (id: string, mutation: Mutation, procedure: () => Promise<void>): void => {
  test(id, { meta: { mutation } }, procedure);
};

/** Makes cases of those that begin on a bench as `set` sets it up. */
const casesOn =
  (set: (options: BenchOptions) => Promise<Bench>) =>
  (
    id: string,
    mutation: Mutation,
    procedure: (bench: Bench) => Promise<void>,
    options: BenchOptions = {},
  ): void =>
    conformance(id, mutation, async () => {
      await using bench = await set(options);
      await procedure(bench);
      await bench.verdict();
    });

/** A case on one link, with its implementation under test in the role of peripheral or central. */
export const peripheralCase = casesOn((options) => Bench.peripheral(options));
export const centralCase = casesOn((options) => Bench.central(options));
/** A case that begins with no link. */
export const apartCase = casesOn((options) => Bench.apart(options));

/** A case of GATT/SR: the implementation under test serves the test services, and the tester is the client. */
export const serverCase = (
  id: string,
  mutation: Mutation,
  procedure: (bench: Bench, database: ReturnType<typeof testServices>) => Promise<void>,
): void =>
  conformance(id, mutation, async () => {
    const database = testServices();
    await using bench = await Bench.peripheral({ services: database.services });
    await procedure(bench, database);
    await bench.verdict();
  });
