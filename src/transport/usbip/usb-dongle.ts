import type { Clock } from '../../core/clock.ts';
import type { OnHost } from '../host-server.ts';
import { alternateCounts, BLUETOOTH_CLASS } from './dongle-descriptors.ts';
import { DongleFaults } from './dongle-faults.ts';
import { DongleTransport } from './dongle-transport.ts';
import { type ExportedDevice, ImportStatus, USB_SPEED_FULL } from './operations.ts';
import type { UsbNature } from './standard-requests.ts';
import type { AttachedDevice, UsbHost, UsbipDevice } from './usbip-device.ts';

/** The one bus that dongles are plugged into. */
const BUS_NUMBER = 1;

export interface UsbDongleOptions extends UsbNature {
  /** The port of the bus, from 1. */
  readonly port: number;
  readonly clock: Clock;
  /** For messages: where the server listens. */
  readonly server: string;
}

/** A Bluetooth dongle in a port of a USB/IP server, for one host after the other. */
export class UsbDongle implements UsbipDevice {
  readonly exported: ExportedDevice;
  readonly port: number;
  readonly faults = new DongleFaults();
  readonly #options: UsbDongleOptions;
  readonly #onHost: OnHost;
  #transport: DongleTransport | undefined;

  constructor(options: UsbDongleOptions, onHost: OnHost) {
    const { identity, port } = options;
    this.#options = options;
    this.#onHost = onHost;
    this.port = port;
    this.exported = {
      busid: `${BUS_NUMBER}-${port}`,
      busnum: BUS_NUMBER,
      // The root hub is 1.
      devnum: port + 1,
      speed: USB_SPEED_FULL,
      idVendor: identity.vendorId,
      idProduct: identity.productId,
      bcdDevice: identity.release,
      deviceClass: BLUETOOTH_CLASS,
      configurationValue: 1,
      interfaces: alternateCounts(options.bulkSerialization).map(() => BLUETOOTH_CLASS),
    };
  }

  get isPlugged(): boolean {
    return this.faults.isPlugged;
  }

  attach(host: UsbHost): AttachedDevice | ImportStatus {
    if (this.#transport !== undefined) return ImportStatus.deviceBusy;
    const { clock, identity, bulkSerialization, server } = this.#options;
    const transport = new DongleTransport({
      name: `host of ${this.exported.busid} on ${server}`,
      nature: { identity, bulkSerialization },
      faults: this.faults,
      clock,
      host,
      ended: () => {
        this.#transport = undefined;
      },
    });
    this.faults.onUnplug = () => void host.disconnect('atOnce');
    this.#transport = transport;
    this.#onHost(transport);
    return transport;
  }

  /** Ends the host's connection. Never rejects. */
  async close(): Promise<void> {
    await this.#transport?.close();
  }
}
