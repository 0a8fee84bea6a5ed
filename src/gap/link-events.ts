import type { Log } from '../core/log.ts';
import type { AclLink } from '../hci/acl-link.ts';
import { HciCommand } from '../hci/codec/commands.ts';
import { HciErrorCode } from '../hci/codec/error-codes.ts';
import { HciEvent } from '../hci/codec/events.ts';
import type { HciController } from '../hci/hci-controller.ts';
import { connectionParameterFault } from '../l2cap/connection-parameters.ts';
import { connectionInterval, fromSlots, supervisionTimeout } from './intervals.ts';
import type { LinkControl } from './link-control.ts';
import type { LinkSecurity } from './link-security.ts';

/** Who hears what the controller tells of a link. */
export interface FollowedLink {
  readonly control: LinkControl;
  readonly security: LinkSecurity;
}

/** Brings the events of the controller about links to the link that each is about. */
export class LinkEvents {
  readonly #links = new Map<AclLink, FollowedLink>();
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
    hci.on(HciEvent.leLongTermKeyRequest, ({ connectionHandle, randomNumber, encryptedDiversifier }) => {
      const link = this.#link(connectionHandle);
      if (link === undefined) this.#refuseKey(connectionHandle);
      else link.security.keyRequested(randomNumber, encryptedDiversifier);
    });
    hci.on(HciEvent.encryptionChange, ({ connectionHandle, status, encryptionEnabled }) => {
      this.#link(connectionHandle)?.security.encryptionChanged(status, encryptionEnabled !== 0);
    });
    hci.on(HciEvent.encryptionKeyRefreshComplete, ({ connectionHandle, status }) => {
      this.#link(connectionHandle)?.security.encryptionChanged(status, true);
    });
    hci.on(HciEvent.leRemoteConnectionParameterRequest, ({ connectionHandle, ...wanted }) => {
      this.#answer(connectionHandle, wanted);
    });
  }

  /** Until the link ends. */
  follow(link: AclLink, followed: FollowedLink): void {
    this.#links.set(link, followed);
    link.scope.add(() => this.#links.delete(link));
  }

  #link(handle: number): FollowedLink | undefined {
    const link = this.#hci.links.get(handle);
    return link === undefined ? undefined : this.#links.get(link);
  }

  #control(handle: number): LinkControl | undefined {
    return this.#link(handle)?.control;
  }

  /** No key for a link that nobody knows: the controller must be answered all the same. */
  #refuseKey(connectionHandle: number): void {
    this.#hci
      .send(HciCommand.leLongTermKeyRequestNegativeReply, { connectionHandle })
      .catch((error: unknown) => {
        this.#log.write('warn', 'gap', () => `a request for a key was not answered: ${String(error)}`);
      });
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
