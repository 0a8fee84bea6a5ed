import { MalformedPduError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { AttOpcode, MAX_ATTRIBUTE_LENGTH } from './att-codes.ts';
import type { AttCounters } from './att-counters.ts';
import { multipleHandleValues, VALUE_PDU_HEADER_LENGTH, valueHandle } from './codec/value-pdus.ts';

/** Gets what the peer's server sends unasked. The view is valid until the call returns; an indication is confirmed then. */
export type AttValueReceiver = (
  handle: number,
  value: Uint8Array,
  kind: 'notification' | 'indication',
) => void;

export interface ValueInboxOptions {
  readonly log: Log;
  readonly peer: string;
  readonly counters: AttCounters;
  readonly mtu: () => number;
  /** Whether what the peer sends may be believed now. It may unless told otherwise. */
  readonly mayHear?: (() => boolean) | undefined;
}

/** Notifications and indications on their way to whoever listens. Whatever is wrong with one ends here (Vol 3, Part F, 3.4.7). */
export class ValueInbox {
  readonly #options: ValueInboxOptions;
  receiver: AttValueReceiver | undefined;

  constructor(options: ValueInboxOptions) {
    this.#options = options;
  }

  /** ATT_HANDLE_VALUE_NTF or ATT_HANDLE_VALUE_IND. */
  value(pdu: Uint8Array): void {
    const { counters, mtu } = this.#options;
    const { length } = pdu;
    const longest = Math.min(mtu(), VALUE_PDU_HEADER_LENGTH + MAX_ATTRIBUTE_LENGTH);
    // No attribute has the handle 0.
    const handle = length < VALUE_PDU_HEADER_LENGTH || length > longest ? 0 : valueHandle(pdu);
    const kind = pdu[0] === AttOpcode.handleValueIndication ? 'indication' : 'notification';
    if (handle === 0) counters.add('malformedPdus');
    else this.#deliver(handle, pdu.subarray(VALUE_PDU_HEADER_LENGTH), kind);
  }

  /** ATT_MULTIPLE_HANDLE_VALUE_NTF. */
  values(pdu: Uint8Array): void {
    const { counters, mtu } = this.#options;
    try {
      if (pdu.length > mtu()) throw new MalformedPduError(`${pdu.length} octets where ATT_MTU is ${mtu()}`);
      for (const { attributeHandle, attributeValue } of multipleHandleValues(pdu)) {
        if (attributeHandle !== 0) this.#deliver(attributeHandle, attributeValue, 'notification');
      }
    } catch {
      counters.add('malformedPdus');
    }
  }

  #deliver(handle: number, value: Uint8Array, kind: 'notification' | 'indication'): void {
    const { counters, log, peer, mayHear } = this.#options;
    if (mayHear?.() === false) {
      counters.add('valuesDistrusted');
      return;
    }
    if (this.receiver === undefined) {
      counters.add('valuesUnheard');
      return;
    }
    try {
      this.receiver(handle, value, kind);
    } catch (error) {
      counters.add('handlerErrors');
      log.write('error', 'att', () => `the receiver of a ${kind} from ${peer} failed: ${String(error)}`);
    }
  }
}
