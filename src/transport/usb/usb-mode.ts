import type { UsbCounters } from './usb-counters.ts';
import type { UsbDevice, UsbEndpoint } from './usb-port.ts';
import { UsbReader, type UsbReaderOptions } from './usb-reader.ts';
import type { UsbWriter } from './usb-writer.ts';

/** A read of the bulk endpoint ends with a short packet; packets that are longer take several. */
const BULK_READ_OCTETS = 1024;

export interface UsbModeOptions {
  readonly device: UsbDevice;
  readonly counters: UsbCounters;
  /** The view is valid until the call returns. */
  readonly packet: (packet: Uint8Array) => void;
  readonly lostSync: (what: string) => void;
  readonly lose: (what: string, cause: Error) => void;
}

/** How HCI packets lie on the endpoints of a controller (Vol 4, Part B, 2). */
export interface UsbMode {
  readonly readers: readonly UsbReader[];
  readonly writer: UsbWriter;
  /** See `HciTransport`. */
  readonly eventLagMs: number;
  readonly counters: Readonly<Record<string, number>>;
  /** See `HciTransport`. */
  readonly bootLoaderMode?: ((opcode: number | undefined) => void) | undefined;
}

/** Of a bulk endpoint: a read is a multiple of its packets, since a device that sends more than was asked for makes it fail. */
export const bulkReader = (
  endpoint: UsbEndpoint,
  options: Omit<UsbReaderOptions, 'endpoint' | 'readOctets'>,
): UsbReader =>
  new UsbReader({
    ...options,
    endpoint,
    readOctets: Math.ceil(BULK_READ_OCTETS / endpoint.maxPacketSize) * endpoint.maxPacketSize,
  });
