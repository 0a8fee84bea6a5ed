import type { Timer } from '../core/clock.ts';
import { InvalidArgumentError } from '../core/errors.ts';
import type { HciTransport } from '../core/transport.ts';
import { HciEvent } from '../hci/codec/events.ts';
import type { HostServer, OnHost } from '../transport/host-server.ts';
import type { Air, ControllerOptions } from './air.ts';
import type { HostPort, VirtualController } from './controller.ts';
import type { HostLine } from './host-line.ts';
import { usbIdentityOf } from './usb-identity.ts';
import type { ServedDongle } from './usb-place.ts';

/** A controller that hosts outside this process reach. */
export interface VirtualServer extends AsyncDisposable {
  /**
   * As a moniker that a host can open: `tcp:127.0.0.1:9001`, `unix:/tmp/hci`, `serial:/tmp/ble0,h5`. A dongle is `usbip:3240,1-1`, with its busid: it
   * is `usb` to hosts that have attached it.
   */
  readonly address: string;
  /** The TCP port, also where 0 was asked for; undefined on other servers. */
  readonly port: number | undefined;
  /** Where it is served over USB/IP; undefined on other servers. */
  readonly dongle: ServedDongle | undefined;
  readonly controller: VirtualController;
  /** Ends listening and the host's line, and takes the controller off its air. Idempotent; never rejects. */
  close(): Promise<void>;
}

/** Octets that may wait for a host that does not read, before the controller holds its data back. */
const PENDING_LIMIT = 256 * 1024;
const DRAIN_CHECK_MS = 5;
/** Hardware_Code of a line on which octets were lost; the codes are the maker's own (Vol 4, Part E, 7.7.16). */
const LOST_SYNC_CODE = 0x01;

/**
 * Serves one controller of `air` at `tcp:HOST:PORT`, `unix:PATH` or `pty:PATH[,h4|h5]`, to one host after the other: while one is there another is
 * turned away, and when it goes the controller is reset and its peers hear nothing more of it.
 * At `usbip[:PORT][,bulk]` it is a USB dongle that this machine's kernel can attach over USB/IP; `bulk` offers the Bulk Serialization Mode, and
 * dongles of one air on the same port are in ports of one bus. Without PORT it is 3240.
 * Rejects with InvalidArgumentError for another form, TransportError where the place cannot be had.
 */
export const serve = async (
  air: Air,
  at: string,
  options: ControllerOptions = {},
): Promise<VirtualServer> => {
  const listen = await listenerAt(air, at, options);
  const door = new Door(air);
  const server = await listen((port) => door.knock(port));
  let controller: VirtualController;
  try {
    // By the address that hosts use: a port that the system chooses is known only now.
    controller = air.createController({ name: server.address, ...options });
  } catch (error) {
    door.close();
    await server.close();
    throw error;
  }
  door.open(controller);
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    door.close();
    closing ??= server.close().then(() => controller.remove());
    return closing;
  };
  return {
    address: server.address,
    port: server.port,
    dongle: server.dongle,
    controller,
    close,
    [Symbol.asyncDispose]: close,
  };
};

interface PlaceServer extends HostServer {
  readonly dongle?: ServedDongle | undefined;
}

type Listen = (onHost: OnHost) => Promise<PlaceServer>;

const forms = 'give tcp:HOST:PORT, unix:PATH, pty:PATH[,h4|h5] or usbip[:PORT][,bulk]';

const listenerAt = async (air: Air, at: string, options: ControllerOptions): Promise<Listen> => {
  const { clock } = air;
  const [, kind = '', place = ''] = /^(\w+):(.+)$/.exec(at) ?? [];
  if (/^usbip\b/.test(at)) return dongleListener(air, at, options);
  if (kind === 'tcp') {
    const [, host = '', digits = ''] = /^\[?(.+?)\]?:(\d{1,5})$/.exec(place) ?? [];
    const port = Number(digits);
    if (host === '' || port > 0xffff)
      throw new InvalidArgumentError(`'${at}' has no host and port: ${forms}`);
    const { listenTcp } = await import('../transport/socket/h4-server.ts');
    return (onHost) => listenTcp({ host, port, clock }, onHost);
  }
  if (kind === 'unix') {
    const { listenUnix } = await import('../transport/socket/h4-server.ts');
    return (onHost) => listenUnix({ path: place, clock }, onHost);
  }
  if (kind === 'pty') {
    const { listenPty } = await import('../transport/serial/pty.ts');
    const [, path = place, protocol = 'h4'] = /^(.+),(h4|h5)$/.exec(place) ?? [];
    return (onHost) => listenPty({ path, protocol: protocol === 'h5' ? 'h5' : 'h4', clock }, onHost);
  }
  throw new InvalidArgumentError(`'${at}' is no place to listen at: ${forms}`);
};

const dongleListener = async (air: Air, at: string, options: ControllerOptions): Promise<Listen> => {
  const { serveDongle } = await import('./usb-place.ts');
  const { USBIP_PORT } = await import('../transport/usbip/usbip-server.ts');
  const [form, digits, bulk] = /^usbip(?::(\d{1,5}))?(,bulk)?$/.exec(at) ?? [];
  const port = Number(digits ?? USBIP_PORT);
  if (form === undefined || port > 0xffff) {
    throw new InvalidArgumentError(
      `'${at}' is no port for USB/IP, which is served to this machine alone: ${forms}`,
    );
  }
  const identity = usbIdentityOf(options.profile ?? '5.x');
  const nature = { identity, bulkSerialization: bulk !== undefined };
  return (onHost) => serveDongle(air, port, nature, onHost);
};

/** The line to a host outside: what waits in it decides whether it takes more data. */
class ServedLine implements HostLine {
  readonly #transport: HciTransport;
  readonly #air: Air;
  #drain: Timer | undefined;
  /** Set when the controller has been given the line. */
  port: HostPort | undefined;

  constructor(air: Air, transport: HciTransport) {
    this.#air = air;
    this.#transport = transport;
  }

  get writable(): boolean {
    if (this.#transport.pendingBytes < PENDING_LIMIT) return true;
    this.#drain ??= this.#air.clock.after(DRAIN_CHECK_MS, () => this.#drained(), { background: true });
    return false;
  }

  #drained(): void {
    this.#drain = undefined;
    if (this.writable) this.port?.writable();
  }

  deliver(packet: Uint8Array): void {
    this.#transport.send(packet);
  }

  lost(): void {
    this.end();
    void this.#transport.close();
  }

  end(): void {
    this.#drain?.cancel();
    this.#drain = undefined;
  }
}

/** A host that comes back may be here before the end of its old line is: so long the new one waits. */
const PATIENCE_MS = 250;

/** Lets one host in at a time, and none before the controller is there. */
class Door {
  readonly #air: Air;
  #controller: VirtualController | undefined;
  #waiting: { readonly transport: HciTransport; readonly patience: Timer } | undefined;

  constructor(air: Air) {
    this.#air = air;
  }

  /** From now on hosts are let in, the one that waits first. */
  open(controller: VirtualController): void {
    this.#controller = controller;
    const first = this.#takeWaiting();
    if (first !== undefined) this.knock(first);
  }

  knock(transport: HciTransport): void {
    const controller = this.#controller;
    if (controller?.connected === false) this.#admit(transport, controller);
    else if (this.#waiting === undefined) {
      const patience = this.#air.clock.after(PATIENCE_MS, () => this.close(), { background: true });
      this.#waiting = { transport, patience };
    } else refuse(transport);
  }

  /** Turns away who waits. */
  close(): void {
    const next = this.#takeWaiting();
    if (next !== undefined) refuse(next);
  }

  #takeWaiting(): HciTransport | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.patience.cancel();
    return waiting?.transport;
  }

  #admit(transport: HciTransport, controller: VirtualController): void {
    const line = new ServedLine(this.#air, transport);
    const port = controller.attach(line);
    line.port = port;
    transport.start({
      packet: (packet) => port.send(new Uint8Array(packet)),
      lostSync: () => line.deliver(HciEvent.hardwareError.encode({ hardwareCode: LOST_SYNC_CODE })),
      closed: () => {
        line.end();
        port.gone();
        const next = this.#takeWaiting();
        if (next !== undefined) this.knock(next);
      },
    });
  }
}

const refuse = (transport: HciTransport): void => {
  transport.start({ packet: () => undefined, lostSync: () => undefined, closed: () => undefined });
  void transport.close();
};
