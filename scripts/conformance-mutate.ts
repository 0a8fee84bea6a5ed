import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Mutation } from '../test/conformance/harness/case.ts';
import { type CaseResult, runCases } from './conformance-run.ts';

/** What the cases need to run. */
const TREE = [
  'package.json',
  'tsconfig.json',
  'vitest.config.ts',
  'src',
  'test/conformance',
  'test/support',
] as const;

/** Unrelated cases that are run beside each spoilt one. */
const BYSTANDERS = 3;

/** Why a mutation cannot be made, or undefined. */
export const faultOfMutation = ({ file, from, to }: Mutation): string | undefined => {
  if (from === to || `${from}${to}`.includes('\n')) return 'must change something within one line';
  const found = readFileSync(file, 'utf8').split(from).length - 1;
  return found === 1 ? undefined : `would mutate ${file} at '${from}', which is there ${found} times`;
};

/** Spoils the stack for each of a sample of cases, and gives what went otherwise than it must. */
export const proveMutations = (
  all: readonly CaseResult[],
  chosen: readonly CaseResult[],
  sample: number,
  seed: number,
): string[] => {
  const random = generator(seed);
  const root = mkdtempSync(join(tmpdir(), 'jelling-conformance-'));
  const faults: string[] = [];
  let caught = 0;
  const picked = shuffled(chosen, random).slice(0, sample);
  try {
    copyTree(root);
    for (const victim of picked) {
      const fault = prove(root, victim, bystandersOf(victim, all, random));
      if (fault === undefined) caught++;
      else faults.push(fault);
      console.log(`${victim.id.padEnd(24)}${fault ?? 'caught'}`);
    }
  } finally {
    rmSync(root, { recursive: true });
  }
  console.log(`mutations: ${caught} of ${picked.length} caught (seed ${seed})`);
  return faults;
};

const prove = (root: string, victim: CaseResult, bystanders: readonly CaseResult[]): string | undefined => {
  const { id, mutation } = victim;
  if (mutation === undefined) return `${id} names no mutation`;
  const fault = faultOfMutation(mutation);
  if (fault !== undefined) return `${id} ${fault}`;
  const path = join(root, mutation.file);
  const sound = readFileSync(path, 'utf8');
  writeFileSync(
    path,
    sound.replace(mutation.from, () => mutation.to),
  );
  try {
    const results = runCases(
      root,
      [victim, ...bystanders].map(({ file }) => file),
    );
    const outcome = (of: CaseResult): string => results.find((each) => each.id === of.id)?.outcome ?? 'lost';
    if (outcome(victim) !== 'failed') return `${id} did not fail although ${mutation.file} was spoilt`;
    const broken = bystanders.filter((each) => outcome(each) !== 'passed').map((each) => each.id);
    return broken.length === 0 ? undefined : `${id} has a mutation that also broke ${broken.join(' ')}`;
  } finally {
    writeFileSync(path, sound);
  }
};

/**
 * Cases of valid behaviour in another suite or another role, whose own line is in another file: those of one role on one protocol go through the same few lines, whatever each of
 * them is about.
 */
const bystandersOf = (victim: CaseResult, all: readonly CaseResult[], random: () => number): CaseResult[] => {
  const strangers = all.filter(
    (each) =>
      sideOf(each.id) !== sideOf(victim.id) &&
      featureOf(each.id) !== featureOf(victim.id) &&
      each.id.includes('/BV-') &&
      // Security by requests that are refused and channels that are opened: these stand beside none of either, and none that pairs beside them.
      !isAboutSecurity(each.id) &&
      !(each.pairs && (victim.pairs || isAboutSecurity(victim.id))) &&
      each.mutation?.file !== victim.mutation?.file,
  );
  return shuffled(strangers, random).slice(0, BYSTANDERS);
};

/**
 * What an ID is about, in whatever role: `GAR` of `GATT/SR/GAR/BV-01-C`. The cases of GAP look at the same few things from many sides, and the channels
 * of both credit-based modes are the same ones.
 */
const featureOf = (id: string): string =>
  id.startsWith('GAP/') ? 'GAP' : (id.split('/').at(-2) ?? '').replace('ECFC', 'CFC');

const isAboutSecurity = (id: string): boolean => id.startsWith('GAP/SEC/');

/** Suite and role: `GATT/SR` of `GATT/SR/GAR/BV-01-C`. The channels of L2CAP and what GAP looks at have no roles of their own. */
const sideOf = (id: string): string =>
  /^(GATT|SM)\//.test(id) ? id.split('/', 2).join('/') : (id.split('/')[0] ?? '');

const copyTree = (root: string): void => {
  for (const path of TREE) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    cpSync(path, join(root, path), { recursive: true });
  }
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'));
};

const shuffled = <T>(list: readonly T[], random: () => number): T[] =>
  list
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);

/** Numbers from 0 to 1 that are the same for one seed. */
const generator = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};
