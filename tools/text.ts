// biome-ignore lint/suspicious/noControlCharactersInRegex: the colours of style.ts are what it looks for
const escapes = /\u001b\[\d+m/g;

/** Columns that a text takes on a terminal, colours not counted. */
export const widthOf = (text: string): number => [...text.replace(escapes, '')].length;

export const padEnd = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - widthOf(text)));

export const padStart = (text: string, width: number): string =>
  ' '.repeat(Math.max(0, width - widthOf(text))) + text;

/** An uncoloured text cut to `width` columns, the last of them saying so. */
export const clip = (text: string, width: number): string => {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
};

/**
 * What came over the air, made harmless for a terminal: control and format characters, which could move the cursor or turn the line around,
 * and half surrogates are shown as `\u{…}`.
 */
export const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
    const digits = (character.codePointAt(0) ?? 0).toString(16);
    return `\\u{${digits}}`;
  });

/** The same for text of several lines, which keep their ends and their tabs. */
export const printableLines = (text: string): string => text.replace(/[^\t\n\r]+/g, printable);

/** Words in lines of at most `width` columns. */
export const wrap = (text: string, width: number): readonly string[] => {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return line === '' ? lines : [...lines, line];
};

/** The one of `known` that was probably meant. */
export const nearest = (given: string, known: readonly string[]): string | undefined => {
  const ranked = known
    .map((word) => ({ word, far: distance(given.toLowerCase(), word.toLowerCase()) }))
    .sort((a, b) => a.far - b.far);
  const best = ranked[0];
  return best !== undefined && best.far <= Math.max(1, Math.floor(best.word.length / 2))
    ? best.word
    : undefined;
};

/** Insertions, deletions and replacements from one word to the other. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
};
