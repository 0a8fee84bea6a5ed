import { describe, expect, test } from 'vitest';
import { parseArguments } from '../../../tools/arguments.ts';
import { UsageError } from '../../../tools/exit.ts';
import {
  duration,
  flag,
  fraction,
  oneOf,
  optional,
  repeated,
  text,
  whole,
  withDefault,
} from '../../../tools/option.ts';

const options = {
  name: optional('NAME', 'a name', text),
  level: withDefault('N', 'a level', whole(-10, 10), 3),
  service: repeated('UUID', 'a service', text),
  fast: flag('be fast', 'f'),
};
const operands = [
  { name: 'PEER', help: 'whom' },
  { name: '[VALUE]', help: 'what' },
];
const parse = (...args: readonly string[]) => parseArguments(args, operands, options);

describe('a command line', () => {
  test('has defaults where nothing is given', () => {
    expect(parse('X')).toEqual({
      operands: ['X'],
      options: { name: undefined, level: 3, service: [], fast: false },
    });
  });

  test('takes options before, between and behind operands, joined or apart, short or long', () => {
    expect(parse('--name=n', 'X', '-f', '--service', 'a', 'V', '--service=b')).toEqual({
      operands: ['X', 'V'],
      options: { name: 'n', level: 3, service: ['a', 'b'], fast: true },
    });
  });

  test('lets the last one count, and a value begin with a dash', () => {
    expect(parse('X', '--level', '4', '--level', '-5').options.level).toBe(-5);
  });

  test('takes what stands behind -- as it is', () => {
    expect(parse('--', '--name').operands).toEqual(['--name']);
  });

  test.each([
    [[], 'PEER is missing: whom'],
    [['X', 'V', 'W'], "'W' is one argument too many"],
    [['X', '--nmae', 'n'], 'there is no option --nmae: is it --name?'],
    [['X', '-q'], 'there is no option -q'],
    [['X', '--name'], '--name needs a value: --name NAME'],
    [['X', '--name', '--fast'], '--name needs a value: --name NAME'],
    [['X', '--fast=yes'], '--fast takes no value'],
    [['X', '--level', '11'], "--level: '11' is not a whole number from -10 to 10"],
    [['X', '--__proto__', 'y'], 'there is no option --__proto__'],
    [['X', '--constructor'], 'there is no option --constructor'],
  ])('says what is wrong with %j', (args, message) => {
    expect(() => parse(...args)).toThrow(new UsageError(message));
  });
});

describe('what options read', () => {
  test.each([
    ['5', 5_000],
    ['2.5', 2_500],
    ['.5s', 500],
    ['250ms', 250],
    ['2m', 120_000],
    ['1h', 3_600_000],
    ['forever', Number.POSITIVE_INFINITY],
  ])('duration %s', (given, milliseconds) => {
    expect(duration(given)).toBe(milliseconds);
  });

  test.each(['', '0', '0ms', '-1', '5d', 'ms', '1e3', 'five', 'Infinity'])('no duration: %j', (given) => {
    expect(() => duration(given)).toThrow(UsageError);
  });

  test('whole numbers, decimal and hexadecimal, within their bounds', () => {
    const octet = whole(0, 255);
    expect([octet('0'), octet('255'), octet('0xFF')]).toEqual([0, 255, 255]);
    for (const wrong of ['', '256', '-1', '1.5', '1e1', '0x', ' 1']) {
      expect(() => octet(wrong), wrong).toThrow(UsageError);
    }
  });

  test('shares', () => {
    expect(fraction('0.25')).toBe(0.25);
    for (const wrong of ['', ' ', '-0.1', '1.1', 'x'])
      expect(() => fraction(wrong), wrong).toThrow(UsageError);
  });

  test('one of some words', () => {
    expect(oneOf('a', 'b')('b')).toBe('b');
    expect(() => oneOf('a', 'b')('c')).toThrow("'c' is none of a, b");
  });
});
