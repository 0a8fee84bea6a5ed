import { meaningOf } from './known-value.ts';
import type { Style } from './style.ts';
import { clip } from './text.ts';
import { hexOf, textOf } from './value.ts';

/** A value as a program gets it. */
export interface ValueFields {
  readonly hex: Uint8Array;
  readonly text: string | undefined;
  readonly value: number | string | boolean | undefined;
  readonly unit: string | undefined;
}

export const valueFields = (uuid: string, bytes: Uint8Array): ValueFields => {
  const meaning = meaningOf(uuid, bytes);
  return { hex: bytes, text: textOf(bytes), value: meaning?.value, unit: meaning?.unit };
};

/** A value as a person reads it: what it means where that is known, or its text where it is one, and its octets, at most `most` of them. */
export const showValue = (
  uuid: string,
  bytes: Uint8Array,
  style: Style,
  most = Number.POSITIVE_INFINITY,
): string => {
  if (bytes.length === 0) return style('dim', 'empty');
  const text = textOf(bytes);
  const meaning = meaningOf(uuid, bytes);
  // A text is its own meaning.
  if (meaning !== undefined && meaning.value !== text) return both(meaning.text, bytes, style, most);
  return text === undefined ? octets(bytes, most) : both(JSON.stringify(text), bytes, style, most);
};

/** What says enough by itself has room for half of the octets. */
const both = (says: string, bytes: Uint8Array, style: Style, most: number): string =>
  `${style('green', clip(says, 2 * most))}  ${style('dim', octets(bytes, most / 2))}`;

const octets = (bytes: Uint8Array, most: number): string =>
  bytes.length > most ? `${hexOf(bytes.subarray(0, most))} … ${bytes.length} octets` : hexOf(bytes);
