import type { Ground } from './ground.ts';
import type { Pair } from './table.ts';

export const serveJelling = (_pair: Pair, _folder: string): Promise<Ground> =>
  Promise.reject(new Error('the virtual controller is not wired in yet'));
