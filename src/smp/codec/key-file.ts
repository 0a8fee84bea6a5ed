import { InvalidArgumentError } from '../../core/errors.ts';

/** Groups of a key file, each of names and values. */
export type KeyFile = ReadonlyMap<string, ReadonlyMap<string, string>>;

/**
 * Reads the key files of GLib: `[group]`, `name=value`, comments behind `#`. A group that comes twice is one, and of a name that comes twice the last counts. Throws
 * InvalidArgumentError that names the line.
 */
export const parseKeyFile = (text: string): KeyFile => {
  const groups = new Map<string, Map<string, string>>();
  let group: Map<string, string> | undefined;
  for (const [at, line] of text.split('\n').entries()) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const [, name] = /^\[([^[\]]+)\]$/.exec(trimmed) ?? [];
    if (name !== undefined) {
      group = groups.get(name) ?? new Map();
      groups.set(name, group);
      continue;
    }
    const equals = trimmed.indexOf('=');
    if (equals < 1 || group === undefined) {
      throw new InvalidArgumentError(`line ${at + 1}: '[group]' or 'name=value' expected`);
    }
    group.set(trimmed.slice(0, equals).trim(), trimmed.slice(equals + 1).trim());
  }
  return groups;
};

/** Writes one. What is undefined is left out, and a group with nothing in it. */
export const printKeyFile = (
  groups: readonly (readonly [string, Readonly<Record<string, string | number | boolean | undefined>>])[],
): string =>
  groups
    .map(([name, entries]) => {
      const lines = Object.entries(entries).flatMap(([key, value]) =>
        value === undefined ? [] : [`${key}=${value}`],
      );
      return lines.length === 0 ? '' : [`[${name}]`, ...lines, ''].join('\n');
    })
    .filter((group) => group !== '')
    .join('\n');
