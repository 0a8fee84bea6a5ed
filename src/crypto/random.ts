import { getRandomValues } from 'node:crypto';

/** Random octets fit for keys. */
export const randomBytes = (length: number): Uint8Array<ArrayBuffer> =>
  getRandomValues(new Uint8Array(length));
