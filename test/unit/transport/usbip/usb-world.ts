import { ManualClock } from '../../../../src/core/manual-clock.ts';
import type { HciTransport } from '../../../../src/core/transport.ts';
import type { UsbNature } from '../../../../src/transport/usbip/standard-requests.ts';
import type { UsbDongle } from '../../../../src/transport/usbip/usb-dongle.ts';
import { listenUsbip, type UsbipServer } from '../../../../src/transport/usbip/usbip-server.ts';
import { UsbipClient } from '../../../support/usbip-client.ts';
import { RecordingSink } from '../recording-sink.ts';

export const csr = { vendorId: 0x0a12, productId: 0x0001, release: 0x2520, product: 'CSR8510 A10' };

export interface World {
  readonly server: UsbipServer;
  readonly dongle: UsbDongle;
  /** The controller's end, and what the host has sent, for each host that came. */
  readonly ports: HciTransport[];
  readonly sinks: RecordingSink[];
  readonly clock: ManualClock;
}

/** A server with one dongle behind which nobody answers of itself. */
export const serving = async (
  work: (world: World) => Promise<void>,
  nature: Partial<UsbNature> = {},
): Promise<void> => {
  const clock = new ManualClock();
  const server = await listenUsbip({
    port: 0,
    clock,
  });
  const ports: HciTransport[] = [];
  const sinks: RecordingSink[] = [];
  const dongle = server.plug({ identity: csr, bulkSerialization: false, ...nature }, (port) => {
    const sink = new RecordingSink();
    ports.push(port);
    sinks.push(sink);
    port.start(sink);
  });
  try {
    await work({ server, dongle, ports, sinks, clock });
  } finally {
    await server.close();
  }
};

/** One host that has attached the dongle. */
export const attached = (
  work: (world: World & { client: UsbipClient; port: HciTransport; sink: RecordingSink }) => Promise<void>,
  nature: Partial<UsbNature> = {},
): Promise<void> =>
  serving(async (world) => {
    const client = await UsbipClient.attach(world.server.port);
    const [port] = world.ports;
    const [sink] = world.sinks;
    if (port === undefined || sink === undefined) throw new Error('nobody has attached it');
    await work({ ...world, client, port, sink });
    await client.close();
  }, nature);
