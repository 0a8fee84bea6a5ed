import type { Colour, Style } from './style.ts';
import { padEnd } from './text.ts';

/** Blocks that fill one eighth of a column to seven. */
const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;

/** A bar whose length shows where `value` lies between `least` and `most`. */
export const bar = (value: number, least: number, most: number, width: number): string => {
  const share = Math.min(1, Math.max(0, (value - least) / (most - least)));
  const filled = Math.round(share * width * 8);
  return padEnd('█'.repeat(filled >> 3) + (eighths[filled & 7] ?? ''), width);
};

const warmth = (celsius: number): Colour => {
  if (celsius < 20) return 'blue';
  if (celsius < 21.5) return 'cyan';
  if (celsius < 23) return 'green';
  return celsius < 24 ? 'yellow' : 'red';
};

/** A temperature for the eye: the number, and a bar from cold to warm. */
export const thermometer = (celsius: number, width: number, style: Style): string =>
  `${style('bold', celsius.toFixed(2).padStart(6))} °C  ${style(warmth(celsius), bar(celsius, 18, 26, width)).trimEnd()}`;
