import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Context } from './command.ts';
import { type CommandEntry, commands } from './commands.ts';
import { codeOf, Exit, exitMeanings, exitOf, Interruption, UsageError } from './exit.ts';
import { commandList, definitions, groupPage } from './help.ts';
import type { Style } from './style.ts';
import { nearest } from './text.ts';

/** Runs the command that `args` name and says what goes wrong; never throws. */
export const dispatch = async (context: Context, args: readonly string[]): Promise<Exit> => {
  const asked = args[0] === 'help' ? [...args.slice(1), '--help'] : args;
  try {
    return await runNamed(context, asked);
  } catch (error) {
    return report(context, error, asked);
  } finally {
    context.output.endStatus();
  }
};

const runNamed = async (context: Context, args: readonly string[]): Promise<Exit> => {
  const { output } = context;
  const [first = ''] = args;
  if (asksForHelp(first)) {
    output.print(overview(output.style));
    return Exit.ok;
  }
  if (first === '--version') {
    output.print(version());
    return Exit.ok;
  }
  const { path, entry, commands: known, rest } = find(args);
  const [next = ''] = rest;
  if (entry === undefined) throw unknownCommand(path, next, known);
  const name = path.join(' ');
  if ('load' in entry) return (await entry.load()).run(context, rest, name, entry.summary);
  if (!asksForHelp(next)) throw unknownCommand(path, next, known);
  output.print(groupPage({ ...entry, name }, output.style));
  return Exit.ok;
};

const asksForHelp = (arg: string): boolean => arg === '--help' || arg === '-h';

interface Found {
  /** The names that lead to the entry. */
  readonly path: readonly string[];
  /** Undefined where the first name is none. */
  readonly entry: CommandEntry | undefined;
  /** Those that the next name might have been one of. */
  readonly commands: Readonly<Record<string, CommandEntry>>;
  readonly rest: readonly string[];
}

/** As far as names lead. */
const find = (args: readonly string[]): Found => {
  let found: Found = { path: [], entry: undefined, commands, rest: args };
  for (const name of args) {
    const entry = Object.hasOwn(found.commands, name) ? found.commands[name] : undefined;
    if (entry === undefined) return found;
    const below = 'commands' in entry ? entry.commands : {};
    found = { path: [...found.path, name], entry, commands: below, rest: found.rest.slice(1) };
  }
  return found;
};

const unknownCommand = (
  path: readonly string[],
  name: string,
  among: Readonly<Record<string, CommandEntry>>,
): UsageError => {
  const known = Object.keys(among);
  const whole = ['jelling', ...path].join(' ');
  if (name === '') return new UsageError(`what shall it do? The commands are ${known.join(', ')}`);
  if (name.startsWith('-')) {
    return new UsageError(`the command comes first, its options behind it: ${whole} ${known[1]} ${name}`);
  }
  const meant = nearest(name, known);
  const advice = meant === undefined ? `the commands are ${known.join(', ')}` : `is it ${meant}?`;
  return new UsageError(`there is no command '${[...path, name].join(' ')}': ${advice}`);
};

const version = (): string => {
  const description: { readonly version: string } = JSON.parse(
    readFileSync(fileURLToPath(import.meta.resolve('jelling/package.json')), 'utf8'),
  );
  return description.version;
};

const overview = (style: Style): string =>
  [
    `${style('bold', 'jelling')}: Bluetooth LE from the command line`,
    '',
    'Usage: jelling COMMAND [options]',
    '',
    style('bold', 'Commands'),
    ...commandList(commands, style),
    '',
    style('bold', 'Exit status'),
    ...definitions(exitMeanings, style),
    '',
    "Each command explains itself: 'jelling scan --help'.",
  ].join('\n');

/** What it means to the person or program that waits; an end by the user's will is no news to them. */
const report = (context: Context, error: unknown, args: readonly string[]): Exit => {
  const { output, signal } = context;
  const verbose = args.includes('--verbose') || args.includes('-v');
  // Work that is torn down may end with any error; that it was told to end is the reason.
  const cause: unknown = signal.aborted ? signal.reason : error;
  const exit = exitOf(cause);
  if (cause instanceof Interruption) return exit;
  const event = { event: 'error', code: codeOf(cause), exit, message: messageOf(cause) };
  output.failure(event, verbose ? detailOf(cause) : messageOf(cause));
  if (cause instanceof UsageError)
    output.remark(`See '${['jelling', ...find(args).path].join(' ')} --help'.`);
  return exit;
};

const messageOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  // Errors without a code were not made for people to read.
  return codeOf(error) === undefined ? `${error.name}: ${error.message}` : error.message;
};

const detailOf = (error: unknown): string =>
  error instanceof Error
    ? `${error.stack ?? error.message}${error.cause === undefined ? '' : `\ncause: ${detailOf(error.cause)}`}`
    : String(error);
