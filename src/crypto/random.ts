import { getRandomValues, randomInt } from 'node:crypto';

/** Random octets fit for keys. */
export const randomBytes = (length: number): Uint8Array<ArrayBuffer> =>
  getRandomValues(new Uint8Array(length));

/** A random whole number from 0 to below `limit`, each as likely as any other. */
export const randomBelow = (limit: number): number => randomInt(limit);
