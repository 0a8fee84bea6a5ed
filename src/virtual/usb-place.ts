import type { HostServer, OnHost } from '../transport/host-server.ts';
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

/** The buses of each air by their TCP ports, each there from its first dongle to its last. */
const buses = new WeakMap<Air, Map<number, Promise<UsbipServer>>>();

const busesOf = (air: Air): Map<number, Promise<UsbipServer>> => {
  const known = buses.get(air) ?? new Map<number, Promise<UsbipServer>>();
  buses.set(air, known);
  return known;
};

/** The bus at a TCP port; a new one, at a port that the system chooses, for 0. */
const busAt = async (air: Air, tcpPort: number): Promise<UsbipServer> => {
  const known = busesOf(air);
  const there = known.get(tcpPort);
  if (there !== undefined) return there;
  const opening = listenUsbip({ port: tcpPort, clock: air.clock });
  if (tcpPort !== 0) known.set(tcpPort, opening);
  try {
    const server = await opening;
    known.set(server.port, opening);
    return server;
  } catch (error) {
    known.delete(tcpPort);
    throw error;
  }
};

/** Plugs a dongle into the bus of the air at a TCP port. Rejects with TransportError. */
export const serveDongle = async (
  air: Air,
  tcpPort: number,
  nature: UsbNature,
  onHost: OnHost,
): Promise<DongleServer> => {
  const server = await busAt(air, tcpPort);
  const dongle = server.plug(nature, onHost);
  const { busid } = dongle.exported;
  return {
    address: `${server.address},${busid}`,
    port: server.port,
    dongle: { busid, faults: dongle.faults },
    close: async () => {
      await server.remove(dongle);
      if (!server.isEmpty) return;
      busesOf(air).delete(server.port);
      await server.close();
    },
  };
};
