import type { Finding } from 'jelling';
import type { Style } from './style.ts';
import { printable, wrap } from './text.ts';

const INDENT = '    ';
const WIDTH = 80 - INDENT.length;

/** What is wrong, who holds it, and the lines that mend it, which are never broken: they are there to be copied. */
export const showFinding = (
  { message, heldBy, mend, advice, blocks }: Finding,
  style: Style,
): readonly string[] => [
  ...wrap(printable(message), WIDTH).map((line) => INDENT + style(blocks ? 'red' : 'yellow', line)),
  ...(heldBy === undefined ? [] : wrap(`held by ${printable(heldBy)}`, WIDTH).map((line) => INDENT + line)),
  ...(advice === undefined ? [] : wrap(printable(advice), WIDTH).map((line) => INDENT + line)),
  ...mend.map((line) => `${INDENT}${style('dim', '$')} ${style('bold', printable(line))}`),
];
