/**
 * Packs the package and looks at it as a stranger's program would, outside of this tree:
 *
 *     tsx scripts/package.ts
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';

const project = resolve(import.meta.dirname, '..');
const bin = join(project, 'node_modules/.bin');
const consumer = mkdtempSync(join(tmpdir(), 'jelling-consumer-'));
const installed = join(consumer, 'node_modules/jelling');

try {
  const tarball = pack();
  step('publint', () => run(join(bin, 'publint'), ['run', tarball, '--strict']));
  step('types resolve', () => run(join(bin, 'attw'), [tarball, '--profile', 'esm-only', '--no-emoji']));
  install(tarball);
  step('consumer compiles (nodenext)', () => compile('tsconfig.nodenext.json'));
  step('consumer compiles (bundler)', () => compile('tsconfig.bundler.json'));
  step('declarations are free of Node', refuseNodeTypes);
  add('@types/node');
  step('consumer of streams compiles', () => compile('tsconfig.streams.json'));
  step('loads without optional dependencies', () => run(process.execPath, ['run.js']));
  for (const name of Object.keys(manifest().optionalDependencies ?? {})) add(name);
  step('loads no native code', () => run(process.execPath, ['run.js']));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(consumer, { recursive: true });
}

function pack(): string {
  run('npm', ['pack', '--silent', '--pack-destination', consumer], project);
  const [tarball] = readdirSync(consumer);
  if (tarball === undefined) throw new Error('npm pack wrote no tarball');
  return join(consumer, tarball);
}

/** What `npm install --omit=optional` would do, without asking a registry: there is nothing else to install. */
function install(tarball: string): void {
  mkdirSync(installed, { recursive: true });
  run('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1']);
  if ('dependencies' in manifest()) throw new Error('the package has dependencies; it should need none');
  cpSync(join(project, 'test/package'), consumer, { recursive: true });
}

/** What this tree has installed of that name. */
function add(name: string): void {
  const target = join(consumer, 'node_modules', name);
  mkdirSync(resolve(target, '..'), { recursive: true });
  symlinkSync(join(project, 'node_modules', name), target);
}

function manifest(): { optionalDependencies?: Record<string, string> } {
  return JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
}

function compile(tsconfig: string, ...flags: string[]): string {
  return run(process.execPath, [join(project, 'node_modules/typescript/bin/tsc'), '-p', tsconfig, ...flags]);
}

/** A declaration that names Node's types compiles only for those who have them. Those of `jelling/streams` speak of Duplex and are not looked at. */
function refuseNodeTypes(): void {
  const reachable = compile('tsconfig.nodenext.json', '--listFiles')
    .split('\n')
    .filter((file) => file.startsWith(installed));
  if (reachable.length === 0) throw new Error('no declaration of the package was reached');
  for (const file of reachable) {
    const code = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/(?!\/ <).*$/gm, '');
    const found = /\bnode:\w+|\bNodeJS\b|\bBuffer\b|types="node"/.exec(code);
    if (found !== null) throw new Error(`${relative(installed, file)} names ${found[0]}`);
  }
}

function step(name: string, work: () => unknown): void {
  try {
    work();
  } catch (error) {
    throw new Error(`package: ${name}: no\n${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
  console.log(`package: ${name}`);
}

function run(command: string, args: string[], cwd = consumer): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${stdout}${stderr}`, { cause: error });
  return stdout;
}
