import type { ExportedDevice, ImportStatus } from './operations.ts';
import type { Urb, UrbResult } from './urbs.ts';

/** A device that a USB/IP server offers. */
export interface UsbipDevice {
  readonly exported: ExportedDevice;
  /** Whether it is listed. */
  readonly isPlugged: boolean;
  /** Gives it to a host, or says why not. */
  attach(host: UsbHost): AttachedDevice | ImportStatus;
}

/** A device in the hands of one host. None of its methods throws. */
export interface AttachedDevice {
  submit(urb: Urb): void;
  /** A transfer that has not ended is wanted no more: it may not be completed. */
  unlink(urb: Urb): void;
  /** The host has let go of it, or is gone. */
  detached(): void;
}

/** The host, as a device sees it. */
export interface UsbHost {
  /** Ends a transfer, once. */
  complete(urb: Urb, result: UrbResult): void;
  /** Stops and resumes reading what the host wants. */
  pause(): void;
  resume(): void;
  /** Takes the device away from it. Resolves when the connection is closed; never rejects. */
  disconnect(how: 'gently' | 'atOnce'): Promise<void>;
}
