import { reversedBytes } from '../../core/bytes.ts';
import { Counters } from '../../core/counters.ts';
import type { Log } from '../../core/log.ts';
import type { AclLink } from '../../hci/acl-link.ts';
import { HciCommand } from '../../hci/codec/commands.ts';
import { HciErrorCode } from '../../hci/codec/error-codes.ts';
import { HciEvent } from '../../hci/codec/events.ts';
import type { HciController } from '../../hci/hci-controller.ts';
import { connectionParameterFault } from '../../l2cap/connection-parameters.ts';
import { connectionInterval, fromSlots, supervisionTimeout } from '../intervals.ts';
import type { LinkControl } from './link-control.ts';
import type { LinkSecurity } from './link-security.ts';

/** Who hears what the controller tells of a link. */
export interface FollowedLink {
  readonly control: LinkControl;
  readonly security: LinkSecurity;
}

/** Events of a link that are kept until somebody follows it: one chunk of a transport may bring a link and what happens to it, and who waits for it has it a turn later. */
const MAX_EARLY_EVENTS = 8;

type Deliver = (link: FollowedLink) => void;

/** Brings the events of the controller about links to the link that each is about. */
export class LinkEvents {
  readonly counters = new Counters(['earlyLinkEventsDropped']);
  readonly #links = new Map<AclLink, FollowedLink>();
  readonly #early = new Map<AclLink, Deliver[]>();
  readonly #hci: HciController;
  readonly #log: Log;

  constructor(hci: HciController, log: Log) {
    this.#hci = hci;
    this.#log = log;
    hci.on(HciEvent.leConnectionUpdateComplete, (event) => {
      this.#deliver(event.connectionHandle, ({ control }) =>
        control.updated(event.status, {
          intervalMs: fromSlots(event.connectionInterval, connectionInterval),
          peripheralLatency: event.peripheralLatency,
          supervisionTimeoutMs: fromSlots(event.supervisionTimeout, supervisionTimeout),
        }),
      );
    });
    hci.on(HciEvent.lePhyUpdateComplete, (event) => {
      this.#deliver(event.connectionHandle, ({ control }) => control.phy.updated(event));
    });
    hci.on(HciEvent.leDataLengthChange, (event) => {
      this.#deliver(event.connectionHandle, ({ control }) => control.dataLength.changed(event));
    });
    hci.on(HciEvent.leLongTermKeyRequest, ({ connectionHandle, randomNumber, encryptedDiversifier }) => {
      const rand = reversedBytes(randomNumber);
      const ask: Deliver = ({ security }) => security.keyRequested({ ediv: encryptedDiversifier, rand });
      // The controller must be answered, also for a link that nobody knows.
      if (!this.#deliver(connectionHandle, ask)) this.#refuseKey(connectionHandle);
    });
    hci.on(HciEvent.encryptionChange, ({ connectionHandle, status, encryptionEnabled }) => {
      this.#deliver(connectionHandle, ({ security }) =>
        security.encryptionChanged(status, encryptionEnabled !== 0),
      );
    });
    hci.on(HciEvent.encryptionKeyRefreshComplete, ({ connectionHandle, status }) => {
      this.#deliver(connectionHandle, ({ security }) => security.encryptionChanged(status, true));
    });
    hci.on(HciEvent.leRemoteConnectionParameterRequest, ({ connectionHandle, ...wanted }) => {
      this.#answer(connectionHandle, wanted);
    });
  }

  /** Until the link ends. What has happened to it before is told now. */
  follow(link: AclLink, followed: FollowedLink): void {
    const early = this.#early.get(link) ?? [];
    this.#early.delete(link);
    this.#links.set(link, followed);
    link.scope.add(() => this.#links.delete(link));
    for (const deliver of early) deliver(followed);
  }

  /** Tells the link, now or when somebody follows it; false where that will never be. */
  #deliver(handle: number, deliver: Deliver): boolean {
    const link = this.#hci.links.get(handle);
    if (link === undefined) return false;
    const followed = this.#links.get(link);
    if (followed !== undefined) deliver(followed);
    else return this.#keep(link, deliver);
    return true;
  }

  #keep(link: AclLink, deliver: Deliver): boolean {
    const early = this.#early.get(link) ?? [];
    if (early.length >= MAX_EARLY_EVENTS) {
      this.counters.add('earlyLinkEventsDropped');
      return false;
    }
    if (early.length === 0) {
      this.#early.set(link, early);
      link.scope.add(() => this.#early.delete(link));
    }
    early.push(deliver);
    return true;
  }

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
