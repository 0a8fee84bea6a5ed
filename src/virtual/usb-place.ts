import type { HostServer, OnHost } from '../transport/h4-server.ts';
import type { DongleFaults } from '../transport/usbip/dongle-faults.ts';
import type { UsbNature } from '../transport/usbip/standard-requests.ts';
import { listenUsbip, type UsbipServer } from '../transport/usbip/usbip-server.ts';
import type { Air } from './air.ts';

/** A dongle that a virtual controller is reached by. */
export interface ServedDongle {
  /** How hosts name it: `usbip attach -r 127.0.0.1 -b 1-1`. */
  readonly busid: string;
  /** What goes wrong between it and its host, on the bus. */
  readonly faults: DongleFaults;
}

export interface DongleServer extends HostServer {
  readonly dongle: ServedDongle;
}

/** The dongles of one air that are served on the same TCP port are in ports of one bus. */
const buses = new WeakMap<Air, Map<number, UsbipServer>>();

const busesOf = (air: Air): Map<number, UsbipServer> => {
  const known = buses.get(air) ?? new Map<number, UsbipServer>();
  buses.set(air, known);
  return known;
};

/** Plugs a dongle into the bus at a TCP port, which is there from the first dongle to the last. Rejects with TransportError. */
export const serveDongle = async (
  air: Air,
  tcpPort: number,
  nature: UsbNature,
  onHost: OnHost,
): Promise<DongleServer> => {
  const known = busesOf(air);
  const server = known.get(tcpPort) ?? (await listenUsbip({ port: tcpPort, clock: air.clock }));
  known.set(server.port, server);
  const dongle = server.plug(nature, onHost);
  const { busid } = dongle.exported;
  return {
    address: `${server.address},${busid}`,
    port: server.port,
    dongle: { busid, faults: dongle.faults },
    close: async () => {
      await server.remove(dongle);
      if (!server.isEmpty || known.get(server.port) !== server) return;
      known.delete(server.port);
      await server.close();
    },
  };
};
