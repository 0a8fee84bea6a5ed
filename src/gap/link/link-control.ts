import type { Clock } from '../../core/clock.ts';
import { HciError, InvalidStateError } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import { procedure, type Settle, type WaitOptions } from '../../core/procedure.ts';
import type { AclLink } from '../../hci/acl-link.ts';
import { HciCommand } from '../../hci/codec/commands.ts';
import { describeStatus, HciErrorCode } from '../../hci/codec/error-codes.ts';
import { LeFeature } from '../../hci/codec/features.ts';
import { paceMs } from '../../hci/connection-complete.ts';
import type { HciController } from '../../hci/hci-controller.ts';
import type { ConnectionParameters } from '../../l2cap/connection-parameters.ts';
import type { L2capLink } from '../../l2cap/l2cap-link.ts';
import type { ConnectionParameterPolicy } from '../../l2cap/signalling.ts';
import { connectionInterval, fromSlots, supervisionTimeout } from '../intervals.ts';
import type { LinkParameters } from '../radio/radio-controller.ts';
import { type ConnectionParameterRequest, toConnectionParameters } from './connection-parameter-request.ts';
import { LinkDataLength } from './link-data-length.ts';
import { LinkPhy } from './link-phy.ts';

export interface LinkControlOptions {
  readonly hci: HciController;
  readonly acl: AclLink;
  readonly l2cap: L2capLink;
  readonly clock: Clock;
  readonly log: Log;
  readonly role: 'central' | 'peripheral';
  /** For messages: `F0:F1:F2:F3:F4:F5`. */
  readonly peer: string;
  readonly parameters: LinkParameters;
}

const PROCEDURE_TIMEOUT_MS = 5_000;
/** An update of parameters or PHY takes effect after at least six connection events (Vol 6, Part B, 5.1.1), and has to be agreed upon before. */
const PACES_OF_A_PROCEDURE = 10;

/** An update that somebody here waits for. */
interface PendingUpdate {
  readonly settle: Settle<LinkParameters>;
  readonly wanted: ConnectionParameters;
  /** Whom it was asked of: the Link Layer, or the central's host where the Link Layer cannot. */
  way: 'linkLayer' | 'l2cap';
  /** Set once the controller, or the central, has agreed to it. */
  isAccepted: boolean;
}

const satisfies = (parameters: LinkParameters, wanted: ConnectionParameters): boolean =>
  parameters.intervalMs >= fromSlots(wanted.intervalMin, connectionInterval) &&
  parameters.intervalMs <= fromSlots(wanted.intervalMax, connectionInterval) &&
  parameters.peripheralLatency === wanted.latency &&
  parameters.supervisionTimeoutMs === fromSlots(wanted.timeout, supervisionTimeout);

/** The controller's side of one link: its parameters, its PHYs, its end. */
export class LinkControl {
  readonly phy: LinkPhy;
  readonly dataLength: LinkDataLength;
  readonly #options: LinkControlOptions;
  #parameters: LinkParameters;
  #update: PendingUpdate | undefined;
  /** Who waits for the next update, whoever asks for it. */
  readonly #watchers = new Set<Settle<LinkParameters>>();

  constructor(options: LinkControlOptions) {
    this.#options = options;
    this.#parameters = options.parameters;
    this.phy = new LinkPhy({ ...options, procedureTimeoutMs: () => this.#procedureTimeoutMs });
    this.dataLength = new LinkDataLength(options);
  }

  get parameters(): LinkParameters {
    return this.#parameters;
  }

  /** The longest time between two chances of the peer to be heard: what default deadlines are stretched by. */
  get paceMs(): number {
    return paceMs(this.#parameters.intervalMs, this.#parameters.peripheralLatency);
  }

  /** Ends the link as its user: Remote User Terminated Connection (Vol 4, Part E, 7.1.6). */
  disconnect(wait: WaitOptions): Promise<void> {
    const { hci, acl } = this.#options;
    return hci.disconnect(acl, HciErrorCode.remoteUserTerminatedConnection, wait);
  }

  async readRssi(wait: WaitOptions): Promise<number> {
    const { hci, acl } = this.#options;
    acl.scope.check();
    const { rssi } = await hci.send(HciCommand.readRssi, { connectionHandle: acl.handle }, wait);
    return rssi;
  }

  async updateParameters(request: ConnectionParameterRequest, wait: WaitOptions): Promise<LinkParameters> {
    const { clock, acl, peer } = this.#options;
    const what = `updating the connection parameters with ${peer}`;
    const wanted = toConnectionParameters(what, request);
    if (this.#update !== undefined) throw new InvalidStateError(`already ${what}: await that first`);
    try {
      return await procedure<LinkParameters>(
        {
          what,
          clock,
          defaultTimeoutMs: this.#procedureTimeoutMs,
          timeoutMs: wait.timeoutMs,
          signal: wait.signal,
          scope: acl.scope,
          hint: () => 'the peer has not taken them over yet; they may still come into force',
        },
        (settle) => {
          const update: PendingUpdate = { settle, wanted, way: 'linkLayer', isAccepted: false };
          this.#update = update;
          this.#ask(update).catch(settle.reject);
          return undefined;
        },
      );
    } finally {
      this.#update = undefined;
    }
  }

  parametersUpdated(wait: WaitOptions): Promise<LinkParameters> {
    const { clock, acl, peer } = this.#options;
    return procedure<LinkParameters>(
      {
        what: `waiting for other connection parameters of the link to ${peer}`,
        clock,
        defaultTimeoutMs: Number.POSITIVE_INFINITY,
        timeoutMs: wait.timeoutMs,
        signal: wait.signal,
        scope: acl.scope,
      },
      (settle) => {
        this.#watchers.add(settle);
        return () => void this.#watchers.delete(settle);
      },
    );
  }

  /**
   * Of LE Connection Update Complete (Vol 4, Part E, 7.7.65.3), which also tells of updates that nobody here asked for: one that was under way
   * when somebody asked is not the answer. A peer may still agree and set something else.
   */
  updated(status: number, parameters: LinkParameters): void {
    const update = this.#update;
    if (status === HciErrorCode.success) {
      this.#parameters = parameters;
      for (const watcher of this.#watchers) watcher.resolve(parameters);
      this.#watchers.clear();
      if (update?.isAccepted === true || (update !== undefined && satisfies(parameters, update.wanted)))
        update.settle.resolve(parameters);
      return;
    }
    if (update === undefined) return;
    // Only now does it show that the central's Link Layer does not know the request.
    if (status === HciErrorCode.unsupportedRemoteFeature && this.#mayAskHost(update)) {
      this.#askHost(update).catch(update.settle.reject);
      return;
    }
    const text = `${this.#options.peer} did not take over other connection parameters: ${describeStatus(status)}`;
    update.settle.reject(new HciError(text, status, HciCommand.leConnectionUpdate.opcode));
  }

  /** As central: what becomes of the peripheral's requests over L2CAP. They have been checked by then. */
  get parameterPolicy(): ConnectionParameterPolicy {
    return {
      accepts: () => true,
      update: (parameters) => {
        this.#command(parameters).catch((error: unknown) => {
          this.#options.log.write(
            'warn',
            'gap',
            () => `parameters that ${this.#options.peer} asked for were not set: ${String(error)}`,
          );
        });
      },
    };
  }

  get #procedureTimeoutMs(): number {
    return PROCEDURE_TIMEOUT_MS + PACES_OF_A_PROCEDURE * this.paceMs;
  }

  async #ask(update: PendingUpdate): Promise<void> {
    const { hci, role } = this.#options;
    if (role === 'central' || hci.info.hasFeature(LeFeature.connectionParametersRequest)) {
      try {
        await this.#command(update.wanted, () => {
          update.isAccepted = true;
        });
        return;
      } catch (error) {
        if (!this.#mayAskHost(update) || !(error instanceof HciError)) throw error;
      }
    }
    await this.#askHost(update);
  }

  /** A peripheral may ask over L2CAP where the Link Layer cannot (Vol 3, Part A, 4.20). */
  #mayAskHost(update: PendingUpdate): boolean {
    return this.#options.role === 'peripheral' && update.way === 'linkLayer';
  }

  async #askHost(update: PendingUpdate): Promise<void> {
    update.way = 'l2cap';
    update.isAccepted = false;
    await this.#options.l2cap.requestConnectionParameters(update.wanted);
    update.isAccepted = true;
  }

  async #command(units: ConnectionParameters, onSuccess?: () => void): Promise<void> {
    const { hci, acl } = this.#options;
    const parameters = {
      connectionHandle: acl.handle,
      connectionIntervalMin: units.intervalMin,
      connectionIntervalMax: units.intervalMax,
      maxLatency: units.latency,
      supervisionTimeout: units.timeout,
      minCeLength: 0,
      maxCeLength: 0,
    };
    await hci.send(HciCommand.leConnectionUpdate, parameters, { onSuccess });
  }
}
