import type { BearerSet } from '../../att/bearer-set.ts';
import type { EnhancedBearers } from '../../att/enhanced-bearers.ts';
import type { Clock } from '../../core/clock.ts';
import type { WaitOptions } from '../../core/procedure.ts';
import type { WaitScope } from '../../core/wait-scope.ts';
import type { GattClient } from '../../gatt/client/gatt-client.ts';
import type { GattLink } from '../../gatt/server/connection-ref.ts';
import type { PairingOptions } from '../../smp/pairing-options.ts';
import type { CounterValues } from '../counter-sums.ts';
import type { Device } from '../device.ts';
import type { L2capChannel } from './l2cap-channel.ts';
import type {
  L2capAcceptOptions,
  L2capConnectEnhancedOptions,
  L2capConnectOptions,
} from './l2cap-connection-channels.ts';
import type { L2capListener, L2capListenOptions } from './l2cap-listener.ts';
import type { LinkControl } from './link-control.ts';
import type { LinkSecurity } from './link-security.ts';

/** How `connection.pair()` pairs, and how long it may take. */
export interface PairOptions extends PairingOptions, WaitOptions {}

/** The L2CAP channels of a connection. */
export interface ChannelMaker {
  connect(options: L2capConnectOptions): Promise<L2capChannel>;
  connectEnhanced(options: L2capConnectEnhancedOptions): Promise<readonly L2capChannel[]>;
  accept(options: L2capAcceptOptions): Promise<L2capChannel>;
  listen(options: L2capListenOptions): L2capListener;
}

export interface EnhancedBearerOptions extends WaitOptions {
  /** How many to open, 1 to 5; 1 unless given. */
  readonly count?: number | undefined;
}

/** What a connection is made of. */
export interface ConnectionParts {
  readonly device: Device;
  readonly role: 'central' | 'peripheral';
  readonly clock: Clock;
  readonly scope: WaitScope;
  readonly bearers: BearerSet;
  /** None where the adapter was opened without. */
  readonly enhanced: EnhancedBearers | undefined;
  readonly client: GattClient;
  readonly control: LinkControl;
  readonly security: LinkSecurity;
  readonly counters: () => CounterValues;
  readonly channels: ChannelMaker;
  readonly link: Omit<GattLink, 'connection'>;
}
