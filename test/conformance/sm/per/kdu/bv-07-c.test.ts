import { expect } from 'vitest';
import { peripheralCase } from '../../../harness/case.ts';
import { distributeOnly } from '../../../harness/legacy-key-distribution.ts';

peripheralCase(
  'SM/PER/KDU/BV-07-C',
  {
    file: 'src/smp/security-manager.ts',
    from: 'else if (bond !== undefined && key?.ediv',
    to: 'else if (this.#encrypter.inUse === undefined && bond !== undefined && key?.ediv',
  },
  async (bench) => {
    const { tester } = bench;
    // 0. The tester has paired and been given the long-term key alone, and the link is still encrypted with the short-term key.
    const { ltk = '', ediv, rand } = await distributeOnly(bench, 'encryption');
    // 1. The tester encrypts the link anew, with the long-term key.
    expect(await tester.encrypt(ltk, ediv, rand)).toBe(0);
    expect(tester.isConnected).toBe(true);
    expect(bench.connection.security).toMatchObject({ encrypted: true, bonded: true });
  },
);
