import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import type { Mutation } from '../test/conformance/harness/case.ts';

/** What became of one case. */
export interface CaseResult {
  readonly id: string;
  /** Its file, from the root of the tree. */
  readonly file: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly mutation: Mutation | undefined;
  /** The tester has paired in it. */
  readonly pairs: boolean;
  /** The first line of why it failed. */
  readonly message: string | undefined;
}

/** What is read of the report that the test runner writes. */
interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly title: string;
      readonly status: string;
      readonly meta?: { readonly mutation?: Mutation; readonly pairs?: boolean };
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

/** The file that an ID stands in: `GATT/SR/GAR/BV-01-C` in `test/conformance/gatt/sr/gar/bv-01-c.test.ts`. */
export const fileOf = (id: string): string => `test/conformance/${id.toLowerCase()}.test.ts`;

/** Runs the cases of a tree, or those in `files`. Modules are shared between them: loading the stack takes longer than a case. */
export const runCases = (root: string, files: readonly string[] = ['test/conformance']): CaseResult[] => {
  const folder = mkdtempSync(join(tmpdir(), 'jelling-conformance-report-'));
  try {
    const report = join(folder, 'report.json');
    const runner = join(root, 'node_modules/vitest/vitest.mjs');
    // A busy machine is no verdict.
    const patience = '--testTimeout=60000';
    const options = ['run', '--no-isolate', patience, '--reporter=json', `--outputFile=${report}`];
    const run = spawnSync(process.execPath, [runner, ...options, ...files], { cwd: root, encoding: 'utf8' });
    if (run.error !== undefined) throw run.error;
    const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report;
    return testResults.flatMap(({ name, message, assertionResults }): CaseResult[] => {
      const file = relative(resolve(root), name);
      // A file that could not be loaded has no tests, and is a failure of its own.
      if (assertionResults.length === 0) return [lost(file, message)];
      return assertionResults.map(({ title, status, meta, failureMessages }) => ({
        id: title,
        file,
        outcome: status === 'passed' || status === 'failed' ? status : 'skipped',
        mutation: meta?.mutation,
        pairs: meta?.pairs === true,
        message: failureMessages?.[0]?.split('\n')[0],
      }));
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const lost = (file: string, message: string | undefined): CaseResult => ({
  id: file,
  file,
  outcome: 'failed',
  mutation: undefined,
  pairs: false,
  message: message?.split('\n')[0],
});
