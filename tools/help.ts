import type { Operand } from './arguments.ts';
import { exitMeanings } from './exit.ts';
import type { Options } from './option.ts';
import type { Style } from './style.ts';
import { padEnd, widthOf, wrap } from './text.ts';

export interface HelpPage {
  readonly name: string;
  readonly summary: string;
  /** Paragraphs. */
  readonly description: readonly string[];
  readonly operands: readonly Operand[];
  readonly options: Options;
  readonly commonOptions: Options;
  readonly examples: readonly string[];
}

/** Fits any terminal. */
const WIDTH = 80;
const INDENT = '  ';

/** Two columns: terms, and what they mean. A term that is too long has a line of its own. */
export const definitions = (
  terms: readonly (readonly [term: string, meaning: string])[],
  style: Style,
  longest = 26,
): readonly string[] => {
  const width = Math.min(longest, Math.max(...terms.map(([term]) => widthOf(term))));
  const hanging = ' '.repeat(INDENT.length + width + 2);
  return terms.flatMap(([term, meaning]) => {
    const [first = '', ...more] = wrap(meaning, WIDTH - hanging.length);
    const head = INDENT + style('bold', term);
    const below = more.map((line) => hanging + line);
    return widthOf(term) > width
      ? [head, hanging + first, ...below]
      : [`${INDENT}${padEnd(style('bold', term), width)}  ${first}`.trimEnd(), ...below];
  });
};

const optionTerms = (options: Options): readonly (readonly [string, string])[] =>
  Object.entries(options).map(([name, { placeholder, short, help }]) => {
    const dashes = short === undefined ? `--${name}` : `-${short}, --${name}`;
    return [placeholder === undefined ? dashes : `${dashes} ${placeholder}`, help];
  });

const section = (title: string, lines: readonly string[], style: Style): readonly string[] =>
  lines.length === 0 ? [] : ['', style('bold', title), ...lines];

export interface GroupPage extends Pick<HelpPage, 'name' | 'summary' | 'description' | 'examples'> {
  readonly commands: Readonly<Record<string, { readonly summary: string }>>;
}

/** The help of a command that has commands. */
export const groupPage = (page: GroupPage, style: Style): string => {
  const { name, summary, description, commands, examples } = page;
  return [
    `${style('bold', `jelling ${name}`)}: ${summary}`,
    '',
    `Usage: jelling ${name} COMMAND [options]`,
    ...description.flatMap((paragraph) => ['', ...wrap(paragraph, WIDTH)]),
    ...section('Commands', commandList(commands, style), style),
    ...section(
      'Examples',
      examples.map((example) => INDENT + example),
      style,
    ),
    '',
    `Each command explains itself: 'jelling ${name} ${Object.keys(commands)[0]} --help'.`,
  ].join('\n');
};

export const commandList = (commands: GroupPage['commands'], style: Style): readonly string[] =>
  definitions(
    Object.entries(commands).map(([name, { summary }]) => [name, summary] as const),
    style,
  );

/** The whole help of one command. */
export const helpPage = (page: HelpPage, style: Style): string => {
  const { name, summary, description, operands, options, commonOptions, examples } = page;
  const usage = ['jelling', name, ...operands.map((operand) => operand.name), '[options]'].join(' ');
  return [
    `${style('bold', `jelling ${name}`)}: ${summary}`,
    '',
    `Usage: ${usage}`,
    ...description.flatMap((paragraph) => ['', ...wrap(paragraph, WIDTH)]),
    ...section(
      'Arguments',
      operands.length === 0
        ? []
        : definitions(
            operands.map((operand) => [operand.name.replace(/[[\]]/g, ''), operand.help] as const),
            style,
          ),
      style,
    ),
    ...section(
      'Options',
      Object.keys(options).length === 0 ? [] : definitions(optionTerms(options), style),
      style,
    ),
    ...section('Options of most commands', definitions(optionTerms(commonOptions), style), style),
    ...section(
      'Examples',
      examples.map((example) => INDENT + example),
      style,
    ),
    ...section('Exit status', definitions(exitMeanings, style), style),
  ].join('\n');
};
