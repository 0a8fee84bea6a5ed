import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const project = resolve(import.meta.dirname, '../..');

/** Files to plant, with the rules that each must break. One that breaks none shows that the rules bite no further than they should. */
const planted: Record<string, { text: string; breaks: string[] }> = {
  'src/core/cycle-a.ts': {
    text: "import { b } from './cycle-b.ts';\nexport const a = (): unknown => b;\n",
    breaks: ['noImportCycles'],
  },
  'src/core/cycle-b.ts': {
    text: "import { a } from './cycle-a.ts';\nexport const b = (): unknown => a;\n",
    breaks: ['noImportCycles'],
  },
  'src/core/timers.ts': {
    text: 'setTimeout(work, 1);\nsetInterval(work, 1);\nsetImmediate(work);\nfunction work(): void {\n  work();\n}\n',
    breaks: ['noRestrictedGlobals', 'noRestrictedGlobals', 'noRestrictedGlobals'],
  },
  'src/core/time.ts': {
    text: 'export const times = [Date.now(), performance.now(), new Date(), globalThis.performance];\n',
    breaks: ['noJsRestrictedProperties', 'noRestrictedGlobals', 'plugin', 'noJsRestrictedProperties'],
  },
  'src/core/signals.ts': {
    text: 'const { any } = AbortSignal;\nexport const signals = [AbortSignal.timeout(1), any];\n',
    breaks: ['noJsRestrictedProperties', 'noJsRestrictedProperties'],
  },
  'src/core/system-clock.ts': {
    text: 'setTimeout(() => undefined, performance.now());\n',
    breaks: [],
  },
  'src/core/microtask.ts': {
    text: 'queueMicrotask(() => undefined);\nexport const epoch = new Date(0);\n',
    breaks: [],
  },
  'src/core/generators.ts': {
    text: `export async function* one(): AsyncGenerator<number> {
  yield 1;
}
export const two = {
  async *[Symbol.asyncIterator]() {
    yield 2;
  },
};
export class Three {
  async *three(): AsyncGenerator<number> {
    yield 3;
  }
}
export function* fine(): Generator<number> {
  yield 4;
}
`,
    breaks: ['plugin', 'plugin', 'plugin'],
  },
  'src/gap/environment.ts': { text: "export const home = process.env['HOME'];\n", breaks: ['noProcessEnv'] },
  'src/transport/environment.ts': {
    text: "import { env } from 'node:process';\nexport const home = env;\n",
    breaks: ['noRestrictedImports'],
  },
  'src/transport/tick.ts': {
    text: "import process from 'node:process';\n\nprocess.nextTick(() => undefined);\n",
    breaks: [],
  },
  'src/gap/bonds/state-folder.ts': { text: "export const home = process.env['HOME'];\n", breaks: [] },
  'src/core/promises.ts': {
    text: `const work = async (): Promise<boolean> => true;
export const start = (): void => {
  work();
  if (work()) return;
  void work();
};
`,
    breaks: ['noFloatingPromises', 'noMisusedPromises'],
  },
  'src/core/switch.ts': {
    text: `export const name = (kind: 'a' | 'b'): string => {
  switch (kind) {
    case 'a':
      return 'A';
  }
  return '';
};
`,
    breaks: ['useExhaustiveSwitchCases'],
  },
  'src/core/shortcuts.ts': {
    text: 'export const first = (list: any[]): unknown => list[0]!;\n',
    breaks: ['noExplicitAny', 'noNonNullAssertion'],
  },
  'src/core/barrel.ts': {
    text: "export * from './microtask.ts';\n",
    breaks: ['noBarrelFile', 'noReExportAll'],
  },
  'src/core/CamelCase.ts': { text: 'export const x = 1;\n', breaks: ['useFilenamingConvention'] },
  'src/core/long.ts': {
    text: `${'// A line.\n'.repeat(400)}export const x = 1;\n`,
    breaks: ['noExcessiveLinesPerFile'],
  },
  'src/core/long-codes.ts': { text: `${'// A line.\n'.repeat(400)}export const x = 1;\n`, breaks: [] },
  'test/unit/focus.test.ts': {
    text: "import { it } from 'vitest';\nit.only('alone', () => {});\nit.skip('put off', () => {});\n",
    breaks: ['noFocusedTests', 'noSkippedTests'],
  },
};

describe('lint', () => {
  it('refuses what is planted, and nothing beside it', { timeout: 60_000 }, async () => {
    const root = await mkdtemp(join(tmpdir(), 'lint-'));
    try {
      await cp(join(project, 'biome.jsonc'), join(root, 'biome.jsonc'));
      await cp(join(project, '.gitignore'), join(root, '.gitignore'));
      await symlink(join(project, 'node_modules'), join(root, 'node_modules'));
      await symlink(join(project, 'scripts'), join(root, 'scripts'));
      for (const [file, { text }] of Object.entries(planted)) {
        await mkdir(dirname(join(root, file)), { recursive: true });
        await writeFile(join(root, file), text);
      }
      const biome = join(project, 'node_modules/.bin/biome');
      const flags = [
        'lint',
        '--error-on-warnings',
        '--max-diagnostics=none',
        '--reporter=github',
        'src',
        'test',
      ];
      const printed = await run(biome, flags, { cwd: root }).then(
        () => '',
        ({ stdout }) => String(stdout),
      );
      const found: Record<string, string[]> = {};
      for (const [, rule = '', file = ''] of printed.matchAll(/title=(?:lint\/\w+\/)?(\w+),file=([^,]*)/g)) {
        const name = relative(root, file);
        found[name] = [...(found[name] ?? []), rule].sort();
      }
      const expected = Object.entries(planted).filter(([, { breaks }]) => breaks.length > 0);
      expect(found).toEqual(
        Object.fromEntries(expected.map(([file, { breaks }]) => [file, [...breaks].sort()])),
      );
    } finally {
      await rm(root, { recursive: true });
    }
  });
});
