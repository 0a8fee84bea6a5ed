import { HciErrorCode } from '../../hci/codec/error-codes.ts';
import { bitOf, LeFeature } from '../../hci/codec/features.ts';
import type { ControlPdu } from './control-pdu.ts';
import type { LinkEnd } from './link-end.ts';
import type { ParameterRange } from './link-parameters.ts';
import type { ProcedureQueue } from './procedure-queue.ts';

/**
 * The connection parameters of one end (Vol 6, Part B, 5.1.1 and 5.1.7): what its own host wants changed, and what it is asked for by the peer. It is the central that
 * changes them; the peripheral asks, and a central may ask too before it does.
 */
export class ParameterControl {
  readonly #end: LinkEnd;
  readonly #queue: ProcedureQueue;
  #asked: ParameterRange | undefined;
  /** What this end has asked the peer for, until that has answered. */
  #wanted: ParameterRange | undefined;

  constructor(end: LinkEnd, queue: ProcedureQueue) {
    this.#end = end;
    this.#queue = queue;
  }

  /** What the peer has asked for, while the own host has not answered. */
  get asked(): ParameterRange | undefined {
    return this.#asked;
  }

  /** The own host wants others. */
  change(range: ParameterRange): void {
    this.#queue.start('parameters', () => {
      if (this.#end.role === 'central' && !this.#asksFirst) {
        this.#update(range, true);
        return;
      }
      this.#wanted = range;
      this.#end.sendControl({ op: 'connectionParamReq', ...range });
    });
  }

  /** The own host answers LE Remote Connection Parameter Request; undefined refuses, with `reason`. */
  answer(range: ParameterRange | undefined, reason: number): void {
    this.#asked = undefined;
    if (range === undefined) this.#reject(reason);
    else if (this.#end.role === 'central') this.#update(range, false);
    else this.#end.sendControl({ op: 'connectionParamRsp', ...range });
  }

  /** The peer asks. */
  requested(pdu: ControlPdu & { readonly op: 'connectionParamReq' }): void {
    const end = this.#end;
    if (!bitOf(end.owner.capabilities.features, LeFeature.connectionParametersRequest)) {
      end.sendControl({ op: 'unknownRsp', unknown: pdu.op });
      return;
    }
    // Both have asked: the central's procedure goes on (5.3).
    const collides = end.role === 'central' && this.#queue.current === 'parameters';
    if (collides || this.#asked !== undefined) {
      this.#reject(HciErrorCode.llProcedureCollision);
      return;
    }
    this.#asked = pdu;
    if (end.owner.parametersWanted(end, pdu)) return;
    this.#asked = undefined;
    this.#reject(HciErrorCode.unsupportedRemoteFeature);
  }

  /** The peripheral has answered a request of this end, which is the central. Nobody else may (5.1.7.1). */
  responded(range: ParameterRange): void {
    if (this.#end.role !== 'central' || this.#wanted === undefined) return;
    this.#wanted = undefined;
    this.#update(range, true);
  }

  /** A request of this end was refused. A peripheral that does not know of such requests is not asked: its parameters are changed (5.1.7.1). */
  refused(error: number): void {
    const wanted = this.#wanted;
    this.#wanted = undefined;
    if (wanted === undefined) return;
    if (this.#end.role === 'central' && error === HciErrorCode.unsupportedRemoteFeature)
      this.#update(wanted, true);
    else if (this.#queue.finish('parameters')) this.#end.owner.parametersChanged(this.#end, error);
  }

  /** The instant of a connection update has come. */
  done(tell: boolean): void {
    const asked = this.#queue.finish('parameters');
    if (asked || tell) this.#end.owner.parametersChanged(this.#end, HciErrorCode.success);
  }

  /** Whether as central it is one that asks the peripheral, which may know of such requests and has not asked itself. */
  get #asksFirst(): boolean {
    const { owner, procedures } = this.#end;
    const { features, asksForParameters } = owner.capabilities;
    const known = [features, procedures.remoteFeatures ?? features];
    return (
      asksForParameters &&
      this.#asked === undefined &&
      known.every((mask) => bitOf(mask, LeFeature.connectionParametersRequest))
    );
  }

  #reject(error: number): void {
    this.#end.sendControl({ op: 'reject', rejected: 'connectionParamReq', error });
  }

  #update(range: ParameterRange, ownHost: boolean): void {
    const end = this.#end;
    const { link, other } = end;
    const before = link.parameters;
    const within = before.interval >= range.intervalMin && before.interval <= range.intervalMax;
    const interval = within ? before.interval : range.intervalMin;
    const { latency, supervisionTimeout } = range;
    end.sendControl({ op: 'connectionUpdateInd', interval, latency, timeout: supervisionTimeout });
    link.atInstant(() => {
      const same =
        before.interval === interval &&
        before.latency === latency &&
        before.supervisionTimeout === supervisionTimeout;
      link.changeParameters({ ...before, interval, latency, supervisionTimeout });
      end.procedures.parameters.done(ownHost || !same);
      other.procedures.parameters.done(!same);
    });
  }
}
