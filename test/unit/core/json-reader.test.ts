import { describe, expect, test } from 'vitest';
import { InvalidArgumentError } from '../../../src/core/errors.ts';
import { JsonReader } from '../../../src/core/json-reader.ts';

const read = JsonReader.parse(
  '{"a":{"list":[1,"text",true,"0aFF"]},"__proto__":{"b":1},"who":"c0:00:00:00:00:01"}',
);
const item = (at: number) => {
  const found = read.field('a').field('list').items(4)[at];
  if (found === undefined) throw new Error('no such item');
  return found;
};

describe('what is there', () => {
  test('is given in its type', () => {
    expect(item(0).integer(1, 1)).toBe(1);
    expect(item(1).string()).toBe('text');
    expect(item(2).boolean()).toBe(true);
    expect([...item(3).secret(2)]).toEqual([0x0a, 0xff]);
    expect(read.field('who').address()).toBe('C0:00:00:00:00:01');
    expect(read.optional('who', (field) => field.string())).toBe('c0:00:00:00:00:01');
    expect(
      read
        .field('a')
        .members()
        .map(([name]) => name),
    ).toEqual(['list']);
  });

  test('is what the text says, and nothing that objects inherit', () => {
    expect(read.optional('toString', () => 1)).toBeUndefined();
    expect(read.optional('b', () => 1)).toBeUndefined();
    expect(read.field('__proto__').field('b').integer(0, 1)).toBe(1);
  });
});

test.each([
  ['no field', () => read.field('none').string(), 'none: a string expected'],
  ['a field of no object', () => item(0).field('x'), 'a.list[0]: an object expected'],
  ['another type', () => item(1).boolean(), 'a.list[1]: true or false expected'],
  ['too large', () => item(0).integer(2, 3), 'a.list[0]: a whole number from 2 to 3 expected'],
  ['no digits', () => item(1).secret(2), 'a.list[1]: 4 hexadecimal digits expected'],
  ['too few digits', () => item(3).secret(3), 'a.list[3]: 6 hexadecimal digits expected'],
  [
    'no address',
    () => item(1).address(),
    "a.list[1]: 'text' is not a device address: it has the form F0:F1:F2:F3:F4:F5",
  ],
  ['no type of address', () => item(1).addressType(), "a.list[1]: 'public' or 'random' expected"],
  ['no list', () => read.field('a').items(1), 'a: a list expected'],
  ['too long a list', () => read.field('a').field('list').items(3), 'a.list: a list of at most 3 expected'],
])('%s: the message names the place', (_name, act, message) => {
  expect(act).toThrow(InvalidArgumentError);
  expect(act).toThrow(message);
});

test.each(['', '{', '{"key": "00112233445566778899', '[1,]'])(
  '%s is no JSON, and the message quotes none of it',
  (text) => {
    const error = (() => {
      try {
        return JsonReader.parse(text);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect((error as Error).message).toMatch(/^it is no JSON from (position \d+|an unknown position) on$/);
    expect((error as Error).cause).toBeUndefined();
  },
);

describe('an object of any form', () => {
  const limits = { depth: 3, length: 40 };
  const plain = (value: unknown) => JsonReader.of(value, 'client').plain(limits);

  test('is taken as it is', () => {
    expect(plain({ a: [1, { b: null }], c: 'd' })).toEqual({ a: [1, { b: null }], c: 'd' });
  });

  test.each([
    ['no object', 1],
    ['a function', { a: () => 1 }],
    ['no number of JSON', { a: Number.NaN }],
    ['undefined', { a: undefined }],
    ['a bigint', { a: 1n }],
    ['too deep', { a: { b: { c: {} } } }],
    ['too long', { a: 'x'.repeat(40) }],
  ])('%s is refused', (_name, value) => {
    expect(() => plain(value)).toThrow(InvalidArgumentError);
  });
});
