/** What is measured: one operation after the other, from one side to the other. */
export interface Phase {
  readonly name: string;
  readonly kind: 'notify' | 'writeCommand' | 'sdu' | 'read' | 'report' | 'connect' | 'links';
  /** Octets of the value, the SDU or the advertising data. */
  readonly size: number;
  /** Operations that are counted; a quarter as many go before, uncounted. */
  readonly count: number;
  /** Whether the peripheral has its large database. */
  readonly large?: boolean;
  /** Whether the central remembers what it has discovered. */
  readonly cached?: boolean;
}

export const phases: readonly Phase[] = [
  { name: 'notify 244 B', kind: 'notify', size: 244, count: 40_000 },
  { name: 'notify 20 B', kind: 'notify', size: 20, count: 40_000 },
  { name: 'write without response 244 B', kind: 'writeCommand', size: 244, count: 40_000 },
  { name: 'write without response 20 B', kind: 'writeCommand', size: 20, count: 40_000 },
  { name: 'l2cap sdu 240 B', kind: 'sdu', size: 240, count: 40_000 },
  { name: 'l2cap sdu 1000 B', kind: 'sdu', size: 1_000, count: 10_000 },
  { name: 'l2cap sdu 10000 B', kind: 'sdu', size: 10_000, count: 1_000 },
  { name: 'read 20 B, one at a time', kind: 'read', size: 20, count: 4_000 },
  { name: 'advertising report 31 B, 50 devices', kind: 'report', size: 31, count: 100_000 },
  { name: 'connect, MTU, discover 7 services', kind: 'connect', size: 0, count: 100 },
  { name: 'connect, MTU, 7 services from the cache', kind: 'connect', size: 0, count: 100, cached: true },
  { name: 'connect, MTU, discover 1000 attributes', kind: 'connect', size: 0, count: 20, large: true },
  { name: 'read 20 B, the last of 1000 attributes', kind: 'read', size: 20, count: 4_000, large: true },
  { name: '32 links, write without response 20 B', kind: 'links', size: 20, count: 40_000 },
];

/** The small database: services with an equal number of characteristics. */
export const smallDatabase = { services: 7, characteristics: 3 } as const;
/** What comes to it in the large one: 20 services of 50 attributes, each characteristic with its declaration, value and configuration. */
export const largeDatabase = { services: 20, characteristics: 16, configured: 16, descriptors: 1 } as const;

/** The device whose report ends a flood of them: the last octet of its address. */
export const lastDevice = 0xff;

/** Links that a central has at once, each to a device of its own. */
export const linkCount = 32;

/** A deadline for a machine that is busy elsewhere. */
export const patience = { timeoutMs: 30_000 } as const;

/** The SPSM and the longest SDU of the channel. */
export const channelPsm = 0x80;
export const channelMtu = 10_000;
