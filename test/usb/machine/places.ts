/** Finds what a trace speaks of: a program in the guest is one file, and its sources are many. */
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, join, relative } from 'node:path';

/** `bundle` has its map beside it and is called `name` in the guest. Gives what puts places below `tree` in the stead of places in it. */
export const placesOf = (bundle: string, name: string, tree: string): ((text: string) => string) => {
  const map = new SourceMap(JSON.parse(readFileSync(`${bundle}.map`, 'utf8')));
  const sourceOf = (place: string, line: string, column: string): string => {
    // A map counts from zero, and a trace from one.
    const entry = map.findEntry(Number(line) - 1, Number(column) - 1);
    if (!('originalSource' in entry)) return place;
    const path = relative(tree, join(dirname(bundle), entry.originalSource));
    return `${path}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  };
  const places = new RegExp(`(?:file://)?${name.replaceAll('.', '\\.')}:(\\d+):(\\d+)`, 'g');
  return (text) => text.replaceAll(places, sourceOf);
};
