import { Counters } from '../../core/counters.ts';

const names = [
  'lostSync',
  'resynced',
  'droppedPackets',
  'overlongPackets',
  'stalls',
  'failedReads',
  'failedWrites',
  'unknownIndicators',
  /** The controller has Bulk Serialization Mode and does not let itself be set to it. */
  'serializationRefused',
  'transfersLeftOpen',
] as const;

export type UsbCounters = Counters<(typeof names)[number]>;
export const makeUsbCounters = (): UsbCounters => new Counters(names);
