import { parseArgs } from 'node:util';
import { Exit, exitOf, UsageError } from './exit.ts';
import type { Options, Values } from './option.ts';
import { nearest } from './text.ts';

/** What stands on the command line without dashes, in order. */
export interface Operand {
  /** `PEER`; with brackets, `[VALUE]`, where it may be left out. */
  readonly name: string;
  readonly help: string;
}

export interface Arguments<O extends Options> {
  readonly operands: readonly string[];
  readonly options: Values<O>;
}

/** Reads a command line. Throws UsageError, which says what is wrong with it. */
export const parseArguments = <O extends Options>(
  args: readonly string[],
  operands: readonly Operand[],
  options: O,
): Arguments<O> => {
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    options: Object.fromEntries(
      Object.entries(options).map(([name, { placeholder, short }]) => [
        name,
        {
          type: placeholder === undefined ? ('boolean' as const) : ('string' as const),
          multiple: true,
          ...(short === undefined ? {} : { short }),
        },
      ]),
    ),
  });
  const given = new Map<string, string[]>();
  const found: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') found.push(token.value);
    if (token.kind !== 'option') continue;
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (option === undefined) throw unknownOption(token.rawName, Object.keys(options));
    const value = valueGiven(token.rawName, option.placeholder, token.value, token.inlineValue === true);
    given.set(token.name, [...(given.get(token.name) ?? []), value]);
  }
  checkOperands(found, operands);
  const values = Object.entries(options).map(([name, option]) => {
    try {
      return [name, option.collect(given.get(name) ?? [])] as const;
    } catch (error) {
      if (exitOf(error) !== Exit.usage || !(error instanceof Error)) throw error;
      throw new UsageError(`--${name}: ${error.message}`, { cause: error });
    }
  });
  // Each value was made by the option of its name.
  return { operands: found, options: Object.fromEntries(values) as Values<O> };
};

const valueGiven = (
  name: string,
  placeholder: string | undefined,
  value: string | undefined,
  inline: boolean,
): string => {
  if (placeholder === undefined) {
    if (inline) throw new UsageError(`${name} takes no value`);
    return '';
  }
  // A value may begin with one dash, as a negative number does; with two it is the next option.
  if (value === undefined || (!inline && value.startsWith('--'))) {
    throw new UsageError(`${name} needs a value: ${name} ${placeholder}`);
  }
  return value;
};

const unknownOption = (name: string, known: readonly string[]): UsageError => {
  const meant = nearest(name.replace(/^-+/, ''), known);
  return new UsageError(
    meant === undefined ? `there is no option ${name}` : `there is no option ${name}: is it --${meant}?`,
  );
};

const checkOperands = (found: readonly string[], operands: readonly Operand[]): void => {
  const missing = operands.find(({ name }, i) => !name.startsWith('[') && found[i] === undefined);
  if (missing !== undefined) throw new UsageError(`${missing.name} is missing: ${missing.help}`);
  if (found.length > operands.length) {
    throw new UsageError(`'${found[operands.length]}' is one argument too many`);
  }
};
