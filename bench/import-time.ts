import { execFileSync } from 'node:child_process';
import process from 'node:process';

const program = `
const began = performance.now();
await import(process.argv[1]);
const native = process.report.getReport().sharedObjects.filter((path) => path.endsWith('.node'));
process.stdout.write(JSON.stringify({ ms: performance.now() - began, native }));
`;

export interface ImportCost {
  /** The median of several processes. */
  readonly ms: number;
  /** Native modules that were loaded. */
  readonly native: readonly string[];
}

/** What the import of a module costs in a process of its own, when nothing is opened. */
export const importCost = (path: string): ImportCost => {
  const runs = Array.from({ length: 7 }, (): ImportCost => {
    const text = execFileSync(process.execPath, ['--input-type=module', '--eval', program, path], {
      encoding: 'utf8',
    });
    return JSON.parse(text) as ImportCost;
  });
  runs.sort((a, b) => a.ms - b.ms);
  return { ms: runs[3]?.ms ?? 0, native: runs.flatMap(({ native }) => native) };
};
