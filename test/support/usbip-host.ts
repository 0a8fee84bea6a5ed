import { toHex } from '../../src/core/bytes.ts';
import {
  type UsbDevice,
  type UsbDeviceInfo,
  type UsbEndpoint,
  type UsbEndpointType,
  UsbError,
  type UsbInterface,
  type UsbPort,
  type UsbTransfer,
  type UsbTransferDone,
} from '../../src/transport/usb/usb-port.ts';
import { fromHex } from './hex.ts';
import { type Answer, UsbipClient } from './usbip-client.ts';

const types: readonly UsbEndpointType[] = ['control', 'isochronous', 'bulk', 'interrupt'];

/** Interfaces and endpoints as the octets of a configuration tell them. */
const interfacesOf = (configuration: Uint8Array): UsbInterface[] => {
  const interfaces: (UsbInterface & { endpoints: UsbEndpoint[] })[] = [];
  for (let at = 0; at < configuration.length; at += configuration[at] ?? 1) {
    const [, kind, second = 0, third = 0, fourth = 0, ...more] = configuration.subarray(at, at + 9);
    if (kind === 4) {
      const [triple, subclass = 0, protocol = 0] = more;
      interfaces.push({
        number: second,
        alternate: third,
        class: triple ?? 0,
        subclass,
        protocol,
        endpoints: [],
      });
    }
    const type = types[third & 3] ?? 'control';
    const bInterval = configuration[at + 6] ?? 0;
    if (kind === 5) {
      interfaces.at(-1)?.endpoints.push({ address: second, type, maxPacketSize: fourth, bInterval });
    }
  }
  return interfaces;
};

const faultOf = ({ status }: Answer): UsbError | undefined => {
  if (status === 0) return undefined;
  return new UsbError(`the transfer ended with ${status}`, status === -32 ? 'stall' : 'other');
};

/** The `usb` package's part in a test: a dongle of a USB/IP server, as the one device of the machine. What is read and written is the wire. */
export class UsbipHost implements UsbDevice, UsbPort {
  readonly info: UsbDeviceInfo;
  readonly #client: UsbipClient;

  constructor(client: UsbipClient, info: UsbDeviceInfo) {
    this.#client = client;
    this.info = info;
  }

  static async attach(port: number, busid = '1-1'): Promise<UsbipHost> {
    const client = await UsbipClient.attach(port, busid);
    const device = fromHex((await client.control('8006000100001200')).data);
    const configuration = fromHex((await client.control('800600020000ff00')).data);
    const [bus = 0, place = 0] = busid.split('-').map(Number);
    return new UsbipHost(client, {
      bus,
      ports: [place],
      vendorId: (device[8] ?? 0) | ((device[9] ?? 0) << 8),
      productId: (device[10] ?? 0) | ((device[11] ?? 0) << 8),
      class: device[4] ?? 0,
      subclass: device[5] ?? 0,
      protocol: device[6] ?? 0,
      interfaces: interfacesOf(configuration),
    });
  }

  readonly load = async (): Promise<UsbPort> => this;

  devices(): readonly UsbDevice[] {
    return [this];
  }

  open(): void {
    // It was attached.
  }

  close(): void {
    this.#client.socket.destroy();
  }

  isKernelDriverActive(): boolean {
    return false;
  }

  detachKernelDriver(): void {
    // There is none.
  }

  attachKernelDriver(): void {
    // There is none.
  }

  claim(): void {
    // Nobody else wants it.
  }

  async release(): Promise<void> {
    // Nobody else wants it.
  }

  async setAlternateSetting(interfaceNumber: number, alternate: number): Promise<void> {
    const { status } = await this.#client.control(`010b0${alternate}000${interfaceNumber}000000`);
    if (status !== 0) throw new UsbError(`the setting was refused with ${status}`, 'stall');
  }

  async clearHalt(endpointAddress: number): Promise<void> {
    await this.#client.control(`02010000${endpointAddress.toString(16).padStart(2, '0')}000000`);
  }

  async readProduct(): Promise<string | undefined> {
    const { data } = await this.#client.control('800602030904ff00');
    return new TextDecoder('utf-16').decode(fromHex(data.slice(4)));
  }

  makeTransfer(endpointAddress: number, type: UsbEndpointType, done: UsbTransferDone): UsbTransfer {
    let seqnum = 0;
    let isCancelled = false;
    const end = (buffer: Uint8Array, answer: Answer): void => {
      if (isCancelled) return;
      buffer.set(fromHex(answer.data));
      done(faultOf(answer), answer.length);
    };
    const gone = (): void => {
      if (!isCancelled) done(new UsbError('the device is gone', 'gone'), 0);
    };
    return {
      submit: (buffer) => {
        isCancelled = false;
        if (type === 'control') {
          seqnum = this.#client.submitOut(0, toHex(buffer.subarray(8)), toHex(buffer.subarray(0, 8)));
        } else if (endpointAddress & 0x80) {
          seqnum = this.#client.submitIn(endpointAddress, buffer.length);
        } else seqnum = this.#client.submitOut(endpointAddress, toHex(buffer));
        this.#client.answerTo(seqnum).then((answer) => end(buffer, answer), gone);
      },
      cancel: () => {
        this.#client.unlink(seqnum).then(
          (status) => {
            if (status === 0) return;
            isCancelled = true;
            this.#client.forget(seqnum);
            done(new UsbError('the transfer was cancelled', 'cancelled'), 0);
          },
          () => undefined,
        );
      },
    };
  }
}
