import { Air, type AirOptions } from './air.ts';

/** An air of its own, for tests and simulations: nobody else is on it. */
export const createAir = (options: AirOptions = {}): Air => new Air(options);
