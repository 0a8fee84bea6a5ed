import type { AttributeSource } from './attribute.ts';

/** The value of a declaration: the same for all. No permission lets anybody write it. */
export const constantSource = (value: Uint8Array): AttributeSource => ({
  constant: value,
  maxLength: 0,
  value: () => value,
  commit: () => undefined,
});
