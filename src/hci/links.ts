import type { Clock } from '../core/clock.ts';
import { Counters } from '../core/counters.ts';
import { DisconnectedError, HciError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { procedure, type WaitOptions } from '../core/procedure.ts';
import type { AclConnection } from './acl-connection.ts';
import type { AclLink } from './acl-link.ts';
import type { AclScheduler } from './acl-scheduler.ts';
import { HciCommand } from './codec/commands.ts';
import { describeStatus, HciErrorCode } from './codec/error-codes.ts';
import { HciEvent } from './codec/events.ts';
import { type ConnectionComplete, connectionEvents, paceMs } from './connection-complete.ts';
import type { EventDispatcher } from './event-dispatcher.ts';
import type { StartUpContext } from './start-up.ts';

const DISCONNECT_TIMEOUT_MS = 2_000;

const linkCounterNames = [
  'connectionReplaced',
  'disconnectionUnknownHandle',
  'connectionHandlerErrors',
] as const;

/** Called at each end of an attempt to connect: with the link where there is one, without it where the status says why not. */
export type ConnectionHandler = (event: ConnectionComplete, link: AclLink | undefined) => void;

export interface LinksOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly events: EventDispatcher;
  readonly acl: AclScheduler;
  readonly send: StartUpContext['send'];
}

/**
 * The life of the links: begun by Connection Complete and ended by Disconnection Complete, both before any handler of those events runs.
 */
export class Links {
  readonly counters = new Counters(linkCounterNames);
  readonly #options: LinksOptions;
  #handlers: readonly ConnectionHandler[] = [];

  constructor(options: LinksOptions) {
    this.#options = options;
    const { events } = options;
    for (const { type, read } of connectionEvents) {
      events.setRaw(type, (packet) => this.#connected(read(packet)));
    }
    events.setRaw(HciEvent.disconnectionComplete, (packet) => this.#disconnected(packet));
    events.setRaw(HciEvent.leConnectionUpdateComplete, (packet) => this.#updated(packet));
  }

  onConnection(handler: ConnectionHandler): () => void {
    this.#handlers = [...this.#handlers, handler];
    return () => {
      this.#handlers = this.#handlers.filter((other) => other !== handler);
    };
  }

  /** Ends a link and resolves when it has ended, at once where it had. */
  disconnect(link: AclLink, reason: number, options: WaitOptions): Promise<void> {
    const live = this.#options.acl.links.get(link.handle);
    const { peer, paceMs: slowness } = live === link ? live : { peer: 'a link that has ended', paceMs: 0 };
    return procedure<void>(
      {
        what: `disconnecting ${peer}`,
        clock: this.#options.clock,
        // The peer is told at its next chance, and acknowledges at the one after it.
        defaultTimeoutMs: DISCONNECT_TIMEOUT_MS + 2 * slowness,
        timeoutMs: options.timeoutMs,
        signal: options.signal,
        hint: () => 'the peer has not acknowledged it, and the link ends at its supervision timeout',
      },
      (settle) => {
        const leave = link.scope.add(() => settle.resolve());
        if (link.scope.error !== undefined) return leave;
        this.#options
          .send(HciCommand.disconnect, { connectionHandle: link.handle, reason })
          .catch((error: unknown) => {
            const status = error instanceof HciError ? error.status : undefined;
            // The controller has lost the link, and its event with it.
            if (status === HciErrorCode.unknownConnectionIdentifier) this.#end(link.handle, reason, link);
            // It is being disconnected already.
            else if (status !== HciErrorCode.commandDisallowed) {
              leave();
              settle.reject(error);
            }
          });
        return leave;
      },
    );
  }

  #connected(event: ConnectionComplete): void {
    let link: AclConnection | undefined;
    if (event.status === HciErrorCode.success) {
      // Who has the handle now is another: nothing of the old link, least of all its security, may pass on.
      if (this.#end(event.connectionHandle, HciErrorCode.unspecifiedError))
        this.counters.add('connectionReplaced');
      link = this.#options.acl.open(event.connectionHandle, event.peerAddress);
      link.paceMs = paceMs(event.connectionInterval * 1.25, event.peripheralLatency);
    }
    for (const handler of this.#handlers) {
      try {
        handler(event, link);
      } catch (error) {
        this.counters.add('connectionHandlerErrors');
        this.#options.log.write('error', 'hci', () => `a handler of new connections threw: ${error}`);
      }
    }
  }

  #disconnected(packet: Uint8Array): void {
    const { status, connectionHandle, reason } = HciEvent.disconnectionComplete.decode(packet);
    // A failed disconnection leaves the link as it is.
    if (status !== HciErrorCode.success) return;
    if (!this.#end(connectionHandle, reason)) this.counters.add('disconnectionUnknownHandle');
  }

  #updated(packet: Uint8Array): void {
    const event = HciEvent.leConnectionUpdateComplete.decode(packet);
    const link = this.#options.acl.links.get(event.connectionHandle);
    if (link === undefined || event.status !== HciErrorCode.success) return;
    link.paceMs = paceMs(event.connectionInterval * 1.25, event.peripheralLatency);
  }

  /** Ends the link of a handle, unless it is another than `only`. */
  #end(handle: number, reason: number, only?: AclLink): boolean {
    const link = this.#options.acl.links.get(handle);
    if (link === undefined || (only !== undefined && only !== link)) return false;
    this.#options.acl.close(
      link,
      new DisconnectedError(`the link to ${link.peer} has ended: ${describeStatus(reason)}`, reason),
    );
    return true;
  }
}
