import { InvalidArgumentError } from '../core/errors.ts';

/** A duration that HCI counts in steps of its own. */
export interface SlotUnit {
  /** What it is, for messages: `intervalMs of advertising`. */
  readonly what: string;
  readonly slotMs: number;
  readonly least: number;
  readonly most: number;
}

/** Vol 4, Part E, 7.8.5: 20 ms to 10.24 s. */
export const advertisingInterval: SlotUnit = {
  what: 'the advertising interval',
  slotMs: 0.625,
  least: 0x20,
  most: 0x4000,
};
/** What advertising may say of itself: 20 ms to 10485.759375 s (Vol 6, Part B, 4.4.2.2). */
export const announcedAdvertisingInterval: SlotUnit = {
  ...advertisingInterval,
  what: 'advertisingIntervalMs',
  most: 0xffffff,
};
/** Vol 4, Part E, 7.8.10: 2.5 ms to 10.24 s. */
export const scanInterval: SlotUnit = { what: 'the scan interval', slotMs: 0.625, least: 4, most: 0x4000 };
export const scanWindow: SlotUnit = { ...scanInterval, what: 'the scan window' };
/** Vol 4, Part E, 7.8.12: 7.5 ms to 4 s. */
export const connectionInterval: SlotUnit = {
  what: 'the connection interval',
  slotMs: 1.25,
  least: 6,
  most: 0xc80,
};
/** Vol 4, Part E, 7.8.12: 100 ms to 32 s. */
export const supervisionTimeout: SlotUnit = {
  what: 'the supervision timeout',
  slotMs: 10,
  least: 10,
  most: 0xc80,
};

/** The number of slots nearest to `ms`. Throws InvalidArgumentError where the specification does not allow it. */
export const toSlots = (ms: number, unit: SlotUnit): number => {
  const slots = Math.round(ms / unit.slotMs);
  if (!(slots >= unit.least && slots <= unit.most)) {
    throw new InvalidArgumentError(
      `${unit.what} lies between ${unit.least * unit.slotMs} and ${unit.most * unit.slotMs} ms; it is ${ms} ms`,
    );
  }
  return slots;
};

export const fromSlots = (slots: number, unit: SlotUnit): number => slots * unit.slotMs;

/** How long something goes on; for ever unless it is given. Throws InvalidArgumentError. */
export const checkDurationMs = (durationMs = Number.POSITIVE_INFINITY): number => {
  if (!(durationMs > 0)) throw new InvalidArgumentError(`durationMs must be above 0; it is ${durationMs}`);
  return durationMs;
};
