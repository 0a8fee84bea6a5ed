import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Context } from './command.ts';
import { commands } from './commands.ts';
import { codeOf, Exit, exitMeanings, exitOf, Interruption, UsageError } from './exit.ts';
import { definitions } from './help.ts';
import type { Output } from './output.ts';
import type { Style } from './style.ts';
import { nearest } from './text.ts';

/** Runs the command that `args` name and says what goes wrong; never throws. */
export const dispatch = async (context: Context, args: readonly string[]): Promise<Exit> => {
  const [name, ...rest] = args[0] === 'help' ? [args[1] ?? '--help', '--help'] : args;
  try {
    return await runNamed(context, name ?? '', rest);
  } catch (error) {
    return report(context, error, args.includes('--verbose') || args.includes('-v'), name);
  }
};

const runNamed = async (context: Context, name: string, args: readonly string[]): Promise<Exit> => {
  const { output } = context;
  if (name === '--help' || name === '-h') {
    output.print(overview(output.style));
    return Exit.ok;
  }
  if (name === '--version') {
    output.print(version());
    return Exit.ok;
  }
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (entry === undefined) throw unknownCommand(name);
  const command = await entry.load();
  return command.run(context, args, name, entry.summary);
};

const unknownCommand = (name: string): UsageError => {
  const known = Object.keys(commands);
  if (name === '') return new UsageError(`what shall it do? The commands are ${known.join(', ')}`);
  if (name.startsWith('-')) {
    return new UsageError(`the command comes first, its options behind it: jelling scan ${name}`);
  }
  const meant = nearest(name, known);
  const advice = meant === undefined ? `the commands are ${known.join(', ')}` : `is it ${meant}?`;
  return new UsageError(`there is no command '${name}': ${advice}`);
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
    ...definitions(
      Object.entries(commands).map(([name, { summary }]) => [name, summary] as const),
      style,
    ),
    '',
    style('bold', 'Exit status'),
    ...definitions(exitMeanings, style),
    '',
    "Each command explains itself: 'jelling scan --help'.",
  ].join('\n');

/** What it means to the person or program that waits; an end by the user's will is no news to them. */
const report = (context: Context, error: unknown, verbose: boolean, name: string | undefined): Exit => {
  const { output, signal } = context;
  // Work that is torn down may end with any error; that it was told to end is the reason.
  const cause: unknown = signal.aborted ? signal.reason : error;
  const exit = exitOf(cause);
  if (cause instanceof Interruption) return exit;
  const event = { event: 'error', code: codeOf(cause), exit, message: messageOf(cause) };
  output.failure(event, verbose ? detailOf(cause) : messageOf(cause));
  if (cause instanceof UsageError) advise(output, name);
  return exit;
};

const advise = (output: Output, name: string | undefined): void => {
  const known = name !== undefined && Object.hasOwn(commands, name);
  output.remark(known ? `See 'jelling ${name} --help'.` : "See 'jelling --help'.");
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
