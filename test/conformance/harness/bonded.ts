import { expect } from 'vitest';
import { Bench } from './bench.ts';
import { conformance, type Mutation } from './case.ts';
import { bond } from './encrypted.ts';
import { testServices } from './services.ts';

/**
 * A case of GATT/SR with a tester that is bonded, on the link on which the bond was made. `comeBack` ends a link, does what is to happen meanwhile, and makes another that
 * is encrypted with the key of the bond.
 */
export const bondedServerCase = (
  id: string,
  mutation: Mutation,
  procedure: (
    bench: Bench,
    database: ReturnType<typeof testServices>,
    comeBack: (meanwhile?: () => void) => Promise<void>,
  ) => Promise<void>,
): void =>
  conformance(id, mutation, async () => {
    const database = testServices();
    await using bench = await Bench.peripheral({ services: database.services });
    const { ltk = '', ediv, rand } = (await bond(bench)).iut;
    const comeBack = async (meanwhile = (): void => undefined): Promise<void> => {
      await bench.part();
      meanwhile();
      await bench.connectFromTester();
      expect(await bench.tester.encrypt(ltk, ediv, rand)).toBe(0);
    };
    await procedure(bench, database, comeBack);
    await bench.verdict();
  });
