import { UsageError } from './exit.ts';
import type { Read } from './option.ts';

const units = ['octets', 'kB', 'MB', 'GB', 'TB'] as const;

/** A number of octets for the eye: `812 octets`, `15.6 kB`. */
export const octetsOf = (octets: number): string => {
  let unit = 0;
  let value = octets;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1_000;
    unit++;
  }
  const digits = unit === 0 ? String(value) : value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
  return `${digits} ${unit === 0 && octets === 1 ? 'octet' : units[unit]}`;
};

const factors: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9 };

/** A number of octets as it is given: `500`, `20k`, `1.5M`, `2G`. */
export const readOctets: Read<number> = (given) => {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)([kmg]?)b?$/i.exec(given) ?? [];
  const value = Number(digits) * (factors[unit.toLowerCase()] ?? 0);
  if (digits === '')
    throw new UsageError(`'${given}' is no number of octets: give it as in 500, 20k or 1.5M`);
  return Math.round(value);
};
