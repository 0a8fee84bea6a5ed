/** Something that stands in the way of a controller, or may. */
export interface Finding {
  readonly code:
    | 'noPermission'
    | 'ruleNotInForce'
    | 'inUse'
    | 'systemDriver'
    | 'blocked'
    | 'console'
    | 'modemProbe'
    | 'kernelUart'
    | 'noDevices'
    | 'notLookedAt';
  /** What is wrong, in words. */
  readonly message: string;
  /** Who holds the device: a driver, a process, the owner of its node. */
  readonly heldBy?: string | undefined;
  /** What mends it: lines for a shell, in their order. None of them has been run. */
  readonly mend: readonly string[];
  /** What mends it where no line can. */
  readonly advice?: string | undefined;
  /** Whether the device is of no use until it is mended. */
  readonly blocks: boolean;
}

export interface DiagnosedDevice {
  /** What `open()` takes: `usb:1-2`, `serial:/dev/ttyACM0`, `hci-socket:0`. */
  readonly moniker: string;
  /** Its identifiers and its name, as far as it tells. */
  readonly name: string;
  readonly findings: readonly Finding[];
}

export interface Diagnosis {
  readonly devices: readonly DiagnosedDevice[];
  /** What belongs to no device that has a name yet. */
  readonly system: readonly Finding[];
}
