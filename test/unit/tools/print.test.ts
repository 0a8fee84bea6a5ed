import { describe, expect, test } from 'vitest';
import { bar } from '../../../tools/gauge.ts';
import { helpPage } from '../../../tools/help.ts';
import { flag, optional, text } from '../../../tools/option.ts';
import { spread } from '../../../tools/statistics.ts';
import { coloured, plain, styleFor } from '../../../tools/style.ts';
import { tableHead, tableLine } from '../../../tools/table.ts';
import { clip, nearest, padEnd, printable, widthOf, wrap } from '../../../tools/text.ts';
import { tree } from '../../../tools/tree.ts';

describe('colours', () => {
  test('only on a terminal, and not against NO_COLOR', () => {
    expect(styleFor({ isTTY: true }, {})('red', 'x')).toBe('\u001b[31mx\u001b[39m');
    expect(styleFor({ isTTY: true }, { NO_COLOR: '' })).toBe(coloured);
    for (const [terminal, env] of [
      [{ isTTY: true }, { NO_COLOR: '1' }],
      [{ isTTY: true }, { TERM: 'dumb' }],
      [{ isTTY: false }, {}],
      [{}, {}],
    ] as const) {
      expect(styleFor(terminal, env)('red', 'x')).toBe('x');
    }
  });

  test('take no room', () => {
    expect(widthOf(coloured('bold', 'grün'))).toBe(4);
    expect(padEnd(coloured('bold', 'ab'), 4)).toBe('\u001b[1mab\u001b[22m  ');
    expect(coloured('red', '')).toBe('');
  });
});

describe('text', () => {
  test('from the air cannot move the cursor', () => {
    expect(printable('a\u001b[2J\u202eb\r\n\u0000')).toBe('a\\u{1b}[2J\\u{202e}b\\u{d}\\u{a}\\u{0}');
    expect(printable('grün 温度 🌡')).toBe('grün 温度 🌡');
    expect(printable('\ud800')).toBe('\\u{d800}');
  });

  test('is cut and wrapped by characters', () => {
    expect(clip('🌡🌡🌡', 2)).toBe('🌡…');
    expect(clip('abc', 3)).toBe('abc');
    expect(wrap('one two  three', 7)).toEqual(['one two', 'three']);
    expect(wrap('extraordinarily x', 5)).toEqual(['extraordinarily', 'x']);
    expect(wrap('', 5)).toEqual([]);
  });

  test('what was probably meant', () => {
    expect(nearest('scna', ['scan', 'read'])).toBe('scan');
    expect(nearest('xyz', ['scan', 'read'])).toBeUndefined();
  });
});

describe('a table', () => {
  test('has its cells under their titles', () => {
    const columns = [
      { title: 'NAME', width: 8 },
      { title: 'N', width: 2, align: 'right' },
      { title: 'REST' },
    ] as const;
    expect([
      tableHead(columns),
      tableLine(columns, ['a', '1', 'x']),
      tableLine(columns, ['b', '10']),
    ]).toEqual(['NAME       N  REST', 'a          1  x', 'b         10']);
  });

  test('is cut where the terminal ends, and nowhere else', () => {
    const fixed = [{ title: 'NAME', width: 4 }, { title: 'REST' }];
    expect(tableLine(fixed, ['abcdef', '0123456789'], 12)).toBe('abc…  01234…');
    expect(tableLine(fixed, ['abcdef', '0123456789'])).toBe('abcdef  0123456789');
  });
});

test('a tree hangs from lines', () => {
  const leaf = { lines: ['leaf', '= value'] };
  expect(
    tree({ lines: ['root'], branches: [{ lines: ['one', '= 1'], branches: [leaf] }, leaf] }, plain),
  ).toEqual(['root', '├─ one', '│  │  = 1', '│  └─ leaf', '│        = value', '└─ leaf', '      = value']);
});

test('help fits 80 columns and names every option', () => {
  const page = helpPage(
    {
      name: 'wave',
      summary: 'wave a hand',
      description: ['word '.repeat(40)],
      operands: [
        { name: 'WHOM', help: 'the one to wave at' },
        { name: '[HAND]', help: 'which hand '.repeat(10) },
      ],
      options: {
        'a-very-long-option-name': optional('VALUE', 'long '.repeat(30), text),
        slow: flag('slowly', 's'),
      },
      commonOptions: { help: flag('show this help', 'h') },
      examples: ['jelling wave X'],
    },
    plain,
  );
  expect(page).toContain('Usage: jelling wave WHOM [HAND] [options]');
  expect(page).toContain('  -s, --slow');
  expect(page).toContain('--a-very-long-option-name VALUE');
  expect(page).toContain('  HAND');
  expect(page).toContain('130, 143');
  for (const line of page.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
});

describe('a gauge', () => {
  test('grows by eighths of a column', () => {
    expect(bar(0, 0, 8, 4)).toBe('    ');
    expect(bar(8, 0, 8, 4)).toBe('████');
    expect(bar(3, 0, 8, 4)).toBe('█▌  ');
    expect(bar(99, 0, 8, 4)).toBe('████');
    expect(bar(-1, 0, 8, 4)).toBe('    ');
  });
});

test('least, median and most', () => {
  expect(spread([5, 1, 3])).toEqual({ least: 1, median: 3, most: 5 });
  expect(spread([])).toEqual({ least: 0, median: 0, most: 0 });
});
