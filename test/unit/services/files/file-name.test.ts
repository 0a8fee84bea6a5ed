import { isFileName } from 'jelling/services';
import { describe, expect, test } from 'vitest';

describe('isFileName', () => {
  test.each([
    'a',
    'architecture.md',
    'two words',
    'a.b.c',
    'grüße-日本-🗿.txt',
    'नमस्ते',
    'a\u200db',
    'console.log',
    'com10',
    'null',
    'auxiliary.txt',
    '-rf',
    '~',
    '$HOME',
    'x'.repeat(255),
    'ø'.repeat(127),
  ])('takes %j', (name) => {
    expect(isFileName(name)).toBe(true);
  });

  test.each([
    '',
    '.',
    '..',
    '...',
    '.profile',
    '.jelling-0.part',
    'a/b',
    '/a',
    'a\\b',
    'c:a',
    'a:b',
    'a*',
    'a?',
    'a"b',
    'a<b',
    'a>b',
    'a|b',
    'a.',
    'a ',
    'CON',
    'con.txt',
    'Nul.tar.gz',
    'LPT9',
    'com¹',
    'conin$',
    'a\u0000',
    'a\r',
    '\u001b[2J',
    'a\u007f',
    'a\u0085',
    'a\u2028b',
    'a\u202eb',
    'a\u2066b',
    '\ufeffa',
    'a\ud800',
    'x'.repeat(256),
    'ø'.repeat(128),
  ])('refuses %j', (name) => {
    expect(isFileName(name)).toBe(false);
  });
});
