import { createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../../core/clock.ts';
import { connectFailure } from '../connect-failure.ts';
import type { OnHost } from '../host-server.ts';
import { listening } from '../socket/listening.ts';
import type { UsbNature } from './standard-requests.ts';
import { UsbDongle } from './usb-dongle.ts';
import { UsbipSession } from './usbip-session.ts';

/** The port that IANA has given to USB/IP, and that clients take unless told otherwise. */
export const USBIP_PORT = 3240;
/** Whoever reaches the server has the dongles: the protocol knows no users. So nobody outside this machine does. */
const USBIP_HOST = '127.0.0.1';
/** Connections at a time; each dongle needs one. */
const MAX_CONNECTIONS = 64;
/** After so long without a word the other end is asked whether it is still there: a machine that lost its power says no goodbye. */
const KEEP_ALIVE_MS = 30_000;

export interface ListenUsbipOptions {
  /** 0 lets the system choose. */
  readonly port: number;
  readonly clock: Clock;
}

/** A USB/IP server with the dongles that are plugged into it. */
export class UsbipServer {
  readonly port: number;
  readonly #server: Server;
  readonly #clock: Clock;
  readonly #dongles = new Map<number, UsbDongle>();
  readonly #sessions = new Set<UsbipSession>();

  constructor(server: Server, port: number, clock: Clock) {
    this.#server = server;
    this.port = port;
    this.#clock = clock;
    server.on('connection', (socket: Socket) => this.#accept(socket));
  }

  get address(): string {
    return `usbip:${this.port}`;
  }

  /** Whether nothing is plugged into it. */
  get isEmpty(): boolean {
    return this.#dongles.size === 0;
  }

  /** Plugs a dongle into the lowest port that is free, so that its busid is the same on every run. */
  plug(nature: UsbNature, onHost: OnHost): UsbDongle {
    let port = 1;
    while (this.#dongles.has(port)) port++;
    const dongle = new UsbDongle({ ...nature, port, clock: this.#clock, server: this.address }, onHost);
    this.#dongles.set(port, dongle);
    return dongle;
  }

  async remove(dongle: UsbDongle): Promise<void> {
    this.#dongles.delete(dongle.port);
    await dongle.close();
  }

  /** Ends listening and every connection. Never rejects. */
  async close(): Promise<void> {
    const over = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    await Promise.all([...this.#dongles.values()].map((dongle) => dongle.close()));
    await Promise.all([...this.#sessions].map((session) => session.disconnect('atOnce')));
    await over;
  }

  #accept(socket: Socket): void {
    const session: UsbipSession = new UsbipSession({
      socket,
      devices: () => [...this.#dongles.values()],
      clock: this.#clock,
      closed: () => this.#sessions.delete(session),
    });
    this.#sessions.add(session);
  }
}

/** Serves dongles over USB/IP to this machine. Rejects with TransportError. */
export const listenUsbip = async ({ port, clock }: ListenUsbipOptions): Promise<UsbipServer> => {
  const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS });
  server.maxConnections = MAX_CONNECTIONS;
  try {
    await listening(server, { host: USBIP_HOST, port });
  } catch (error) {
    throw connectFailure(`cannot listen on usbip:${port}`, error);
  }
  const bound = server.address();
  return new UsbipServer(server, typeof bound === 'object' && bound !== null ? bound.port : port, clock);
};
