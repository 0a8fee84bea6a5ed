import { type Arguments, type Operand, parseArguments } from './arguments.ts';
import { type CommonOptions, chooseCommon, commonOptions } from './common-options.ts';
import { Exit } from './exit.ts';
import { helpPage } from './help.ts';
import type { Input } from './input.ts';
import type { Options, Values } from './option.ts';
import type { Output } from './output.ts';

/** What a command works with: everything that it may touch of the process. */
export interface Context {
  readonly output: Output;
  readonly input: Input;
  /** Aborts with an Interruption when the user, the system or the reader of the output ends the command. */
  readonly signal: AbortSignal;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface Invocation<O extends Options> extends Context, Arguments<O> {
  readonly common: Values<CommonOptions>;
}

export interface CommandDefinition<O extends Options> {
  /** Paragraphs of help. */
  readonly description: readonly string[];
  readonly operands?: readonly Operand[] | undefined;
  readonly options: O;
  /** Which of the common options mean something to it; all unless given. */
  readonly common?: readonly (keyof CommonOptions)[] | undefined;
  readonly examples: readonly string[];
  /** Gives the exit status where it is not 0. */
  run(invocation: Invocation<O>): Promise<Exit | undefined>;
}

export interface Command {
  run(context: Context, args: readonly string[], name: string, summary: string): Promise<Exit>;
}

/** A command line with its help, its options and what it does. */
export const defineCommand = <const O extends Options>(definition: CommandDefinition<O>): Command => {
  const { description, operands = [], options, examples } = definition;
  const chosen = chooseCommon(definition.common);
  return {
    async run(context, args, name, summary) {
      if (args.includes('--help') || args.includes('-h')) {
        const page = { name, summary, description, operands, options, commonOptions: chosen, examples };
        context.output.print(helpPage(page, context.output.style));
        return Exit.ok;
      }
      const parsed = parseArguments(args, operands, { ...chosen, ...options });
      const common = { ...absent(), ...parsed.options };
      const invocation = { ...context, operands: parsed.operands, options: parsed.options, common };
      return (await definition.run(invocation)) ?? Exit.ok;
    },
  };
};

/** What the common options are where a command does not take them. */
const absent = (): Values<CommonOptions> => parseArguments([], [], commonOptions).options;
