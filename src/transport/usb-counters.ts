import { Counters } from '../core/counters.ts';

const names = [
  'lostSync',
  'resynced',
  'droppedPackets',
  'overlongPackets',
  'stalls',
  'failedReads',
  'failedWrites',
  'unknownIndicators',
  'transfersLeftOpen',
] as const;

export type UsbCounters = Counters<(typeof names)[number]>;
export const makeUsbCounters = (): UsbCounters => new Counters(names);
