import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { HciTransport } from '../core/transport.ts';
import type { GattCache } from '../gatt/client/gatt-cache.ts';
import type { FirmwareFiles } from '../hci/profiles/firmware-files.ts';
import type { BondStore } from '../smp/bond-store.ts';
import type { SecurityPolicy } from '../smp/pairing-options.ts';
import type { ConnectionParameterRequest } from './link/connection-parameter-request.ts';
import type { GenericAccessWrites } from './local-attributes.ts';
import type { IdentityStore } from './privacy/identity.ts';
import type { Privacy } from './privacy/privacy.ts';

/** How a host gets a controller back that it has lost. */
export interface RecoverOptions {
  /** Makes a new way to it. Rejects soon after the signal has aborted. */
  readonly reopen: (signal: AbortSignal) => Promise<HciTransport>;
  /** How long one try may take, from making the way to a controller that has started. */
  readonly tryTimeoutMs: number;
}

export interface HostOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Gives up starting. */
  readonly signal?: AbortSignal | undefined;
  /** Undefined for a host that ends with its controller. */
  readonly recover?: RecoverOptions | undefined;
  /** How long the controller may say nothing before it is asked whether it is there; Infinity for ever. 30 s by default. */
  readonly silenceMs?: number | undefined;
  /** From 0 to below 1, for the length of waits between tries. Chance by default. */
  readonly random?: (() => number) | undefined;
  /** Lets go of what outlasts the transports, when all is over. */
  readonly release?: (() => Promise<void>) | undefined;
  readonly identityStore: IdentityStore;
  /** Which of several identities; undefined for that of the controller's own address. */
  readonly identity?: string | undefined;
  /** Undefined where no bonds are kept. */
  readonly bondStore?: BondStore | undefined;
  /** See `Adapter.security`. */
  readonly security?: SecurityPolicy | undefined;
  /** Undefined for a host that shows who it is. */
  readonly privacy?: Privacy | undefined;
  /** Where firmware is looked for, for chips that come without. */
  readonly firmware?: FirmwareFiles | undefined;
  readonly deviceName?: string | undefined;
  readonly l2capChannels?: boolean | undefined;
  readonly enhancedBearers?: boolean | undefined;
  readonly appearance?: number | undefined;
  readonly preferredConnectionParameters?: ConnectionParameterRequest | undefined;
  readonly writable?: GenericAccessWrites | undefined;
  readonly mtu?: number | undefined;
  /** In memory unless given; false for none. */
  readonly gattCache?: GattCache | false | undefined;
}
