/** What stands between an adapter and its use. */
export interface AdapterProblem {
  readonly code:
    | 'noPermission'
    | 'inUse'
    | 'systemDriver'
    | 'blocked'
    | 'noDriver'
    | 'notAController'
    | 'other';
  /** What it is and what can be done, in words. */
  readonly message: string;
  /** Whether opening fails because of it. */
  readonly blocks: boolean;
}

/** A USB controller, a serial port that may have a controller at its end, which shows only when it is opened, or a controller that Linux drives. */
export interface FoundAdapter {
  readonly kind: 'usb' | 'serial' | 'hci-socket';
  /** What `open()` takes: `usb:1-2`, `serial:/dev/ttyACM0`, `hci-socket:0`. */
  readonly moniker: string;
  readonly product: string | undefined;
  readonly manufacturer: string | undefined;
  readonly vendorId: number | undefined;
  readonly productId: number | undefined;
  readonly problems: readonly AdapterProblem[];
}

export interface AdapterListing {
  readonly adapters: readonly FoundAdapter[];
  /** Why a kind of adapter could not be looked for, such as a package that is not installed. */
  readonly unavailable: readonly string[];
}
