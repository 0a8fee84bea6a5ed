/** Colours of a terminal, by meaning. */
const codes = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
} as const;

export type Colour = keyof typeof codes;
export type Style = (colour: Colour, text: string) => string;

export const plain: Style = (_colour, text) => text;

export const coloured: Style = (colour, text) => {
  const [on, off] = codes[colour];
  return text === '' ? '' : `\u001b[${on}m${text}\u001b[${off}m`;
};

export interface Terminal {
  readonly isTTY?: boolean | undefined;
}

/** Colours only for eyes: on a terminal that has them, and not against NO_COLOR. */
export const styleFor = (terminal: Terminal, env: Readonly<Record<string, string | undefined>>): Style =>
  terminal.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb' ? coloured : plain;
