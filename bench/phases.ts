/** What is measured: one operation after the other, from one side to the other. */
export interface Phase {
  readonly name: string;
  readonly kind: 'notify' | 'writeCommand' | 'read' | 'report' | 'connect';
  /** Octets of the value, or of the advertising data. */
  readonly size: number;
  /** Operations that are counted; a quarter as many go before, uncounted. */
  readonly count: number;
}

export const phases: readonly Phase[] = [
  { name: 'notify 244 B', kind: 'notify', size: 244, count: 40_000 },
  { name: 'notify 20 B', kind: 'notify', size: 20, count: 40_000 },
  { name: 'write without response 244 B', kind: 'writeCommand', size: 244, count: 40_000 },
  { name: 'write without response 20 B', kind: 'writeCommand', size: 20, count: 40_000 },
  { name: 'read 20 B, one at a time', kind: 'read', size: 20, count: 4_000 },
  { name: 'advertising report 31 B, 50 devices', kind: 'report', size: 31, count: 100_000 },
  { name: 'connect, MTU, discover 7 services', kind: 'connect', size: 0, count: 100 },
];

/** The database of the peripheral. */
export const connectServices = 7;
export const characteristicsOfAService = 3;

/** The device whose report ends a flood of them: the last octet of its address. */
export const lastDevice = 0xff;
