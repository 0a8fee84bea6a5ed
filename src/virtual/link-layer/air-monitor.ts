import type { DeviceAddress } from './device-address.ts';

/** A packet that says who sends it, as somebody hears it who listens to everything. */
export interface SenderOnAir {
  readonly kind: 'advertising' | 'scanRequest' | 'connectRequest';
  /** The name of the controller that sends it. */
  readonly station: string;
  readonly from: Pick<DeviceAddress, 'address' | 'type'>;
  /** The target of directed advertising, the advertiser that is asked or connected to; undefined for advertising to everybody. */
  readonly to: Pick<DeviceAddress, 'address' | 'type'> | undefined;
  readonly atMs: number;
}

export type AirMonitor = (sent: SenderOnAir) => void;
