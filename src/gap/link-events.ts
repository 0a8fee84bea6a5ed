import type { Log } from '../core/log.ts';
import type { AclLink } from '../hci/acl-link.ts';
import { HciCommand } from '../hci/codec/commands.ts';
import { HciErrorCode } from '../hci/codec/error-codes.ts';
import { HciEvent } from '../hci/codec/events.ts';
import type { HciController } from '../hci/hci-controller.ts';
import { connectionParameterFault } from '../l2cap/connection-parameters.ts';
import { connectionInterval, fromSlots, supervisionTimeout } from './intervals.ts';
import type { LinkControl } from './link-control.ts';

/** Brings the events of the controller about links to the control of the link that each is about. */
export class LinkEvents {
  readonly #controls = new Map<AclLink, LinkControl>();
  readonly #hci: HciController;
  readonly #log: Log;

  constructor(hci: HciController, log: Log) {
    this.#hci = hci;
    this.#log = log;
    hci.on(HciEvent.leConnectionUpdateComplete, (event) => {
      this.#control(event.connectionHandle)?.updated(event.status, {
        intervalMs: fromSlots(event.connectionInterval, connectionInterval),
        peripheralLatency: event.peripheralLatency,
        supervisionTimeoutMs: fromSlots(event.supervisionTimeout, supervisionTimeout),
      });
    });
    hci.on(HciEvent.lePhyUpdateComplete, (event) => {
      this.#control(event.connectionHandle)?.phy.updated(event);
    });
    hci.on(HciEvent.leDataLengthChange, (event) => {
      this.#control(event.connectionHandle)?.dataLength.changed(event);
    });
    hci.on(HciEvent.leRemoteConnectionParameterRequest, ({ connectionHandle, ...wanted }) => {
      this.#answer(connectionHandle, wanted);
    });
  }

  /** Until the link ends. */
  follow(link: AclLink, control: LinkControl): void {
    this.#controls.set(link, control);
    link.scope.add(() => this.#controls.delete(link));
  }

  #control(handle: number): LinkControl | undefined {
    const link = this.#hci.links.get(handle);
    return link === undefined ? undefined : this.#controls.get(link);
  }

  /** What the specification allows is accepted, in either role (Vol 6, Part B, 5.1.7); who wants otherwise updates them again. */
  #answer(
    connectionHandle: number,
    wanted: { intervalMin: number; intervalMax: number; maxLatency: number; timeout: number },
  ): void {
    const { intervalMin, intervalMax, maxLatency: latency, timeout } = wanted;
    const sensible = connectionParameterFault({ intervalMin, intervalMax, latency, timeout }) === undefined;
    const answered = sensible
      ? this.#hci.send(HciCommand.leRemoteConnectionParameterRequestReply, {
          connectionHandle,
          ...wanted,
          minCeLength: 0,
          maxCeLength: 0,
        })
      : this.#hci.send(HciCommand.leRemoteConnectionParameterRequestNegativeReply, {
          connectionHandle,
          reason: HciErrorCode.unacceptableConnectionParameters,
        });
    answered.catch((error: unknown) => {
      this.#log.write(
        'warn',
        'gap',
        () => `a request for other connection parameters was not answered: ${error}`,
      );
    });
  }
}
