import { writeU16 } from '../../core/bytes.ts';
import { allocatePacket, PacketOffset } from '../../core/packet.ts';
import { type Uuid, uuidToBytes } from '../../core/uuid.ts';
import { AttOpcode } from '../att-codes.ts';

/** The longest item that the Length octet of a list response can tell (Vol 3, Part F, 3.4.4.2 and 3.4.4.10). */
const LONGEST_ITEM = 0xff;

/** What the octet between opcode and items holds. */
type Lead = 'none' | 'format' | 'length';

/**
 * Builds a response that is a list of items of one length, straight into its packet. `add` gives false, and changes nothing, for an item that
 * has no room or another length than those before it: the list ends there and the client asks again from that handle on.
 */
class ListWriter<Item extends readonly unknown[]> {
  readonly #packet: Uint8Array;
  readonly #lead: Lead;
  readonly #split: (...item: Item) => { readonly handles: readonly number[]; readonly tail: Uint8Array };
  #end: number;
  #itemLength = 0;

  constructor(
    opcode: number,
    mtu: number,
    lead: Lead,
    split: (...item: Item) => { readonly handles: readonly number[]; readonly tail: Uint8Array },
  ) {
    this.#packet = allocatePacket(mtu);
    this.#packet[PacketOffset.payload] = opcode;
    this.#lead = lead;
    this.#split = split;
    this.#end = PacketOffset.payload + (lead === 'none' ? 1 : 2);
  }

  /** Whether there is no item yet; a response without one may not be sent. */
  get empty(): boolean {
    return this.#itemLength === 0;
  }

  add(...item: Item): boolean {
    const { handles, tail } = this.#split(...item);
    const head = 2 * handles.length;
    const room = this.#packet.length - this.#end;
    const whole = head + tail.length;
    const told = this.#lead === 'length' ? Math.min(whole, LONGEST_ITEM) : whole;
    // A value that does not fit even alone is cut to what does (Vol 3, Part F, 3.4.4.2); a UUID never is.
    const itemLength = this.empty && this.#lead === 'length' ? Math.min(told, room) : told;
    if (itemLength > room || (!this.empty && itemLength !== this.#itemLength)) return false;
    for (const handle of handles) {
      writeU16(this.#packet, this.#end, handle);
      this.#end += 2;
    }
    this.#packet.set(tail.subarray(0, itemLength - head), this.#end);
    this.#end += itemLength - head;
    if (this.empty) this.#begin(itemLength);
    return true;
  }

  /** The packet of the response. */
  packet(): Uint8Array {
    return this.#packet.subarray(0, this.#end);
  }

  #begin(itemLength: number): void {
    this.#itemLength = itemLength;
    if (this.#lead === 'length') this.#packet[PacketOffset.payload + 1] = itemLength;
    // Format 0x01 holds 16-bit UUIDs, 0x02 those of 128 bits (Vol 3, Part F, 3.4.3.2).
    if (this.#lead === 'format') this.#packet[PacketOffset.payload + 1] = itemLength === 4 ? 0x01 : 0x02;
  }
}

export type { ListWriter };

const nothing = new Uint8Array(0);

/** ATT_FIND_INFORMATION_RSP (Vol 3, Part F, 3.4.3.2). */
export const findInformationWriter = (mtu: number): ListWriter<[handle: number, attributeType: Uuid]> =>
  new ListWriter(AttOpcode.findInformationResponse, mtu, 'format', (handle, attributeType) => ({
    handles: [handle],
    tail: uuidToBytes(attributeType),
  }));

/** ATT_FIND_BY_TYPE_VALUE_RSP (Vol 3, Part F, 3.4.3.4). */
export const findByTypeValueWriter = (
  mtu: number,
): ListWriter<[foundAttributeHandle: number, groupEndHandle: number]> =>
  new ListWriter(AttOpcode.findByTypeValueResponse, mtu, 'none', (found, groupEnd) => ({
    handles: [found, groupEnd],
    tail: nothing,
  }));

/** ATT_READ_BY_TYPE_RSP (Vol 3, Part F, 3.4.4.2). */
export const readByTypeWriter = (mtu: number): ListWriter<[handle: number, value: Uint8Array]> =>
  new ListWriter(AttOpcode.readByTypeResponse, mtu, 'length', (handle, tail) => ({
    handles: [handle],
    tail,
  }));

/** ATT_READ_BY_GROUP_TYPE_RSP (Vol 3, Part F, 3.4.4.10). */
export const readByGroupTypeWriter = (
  mtu: number,
): ListWriter<[handle: number, endGroupHandle: number, value: Uint8Array]> =>
  new ListWriter(AttOpcode.readByGroupTypeResponse, mtu, 'length', (handle, endGroupHandle, tail) => ({
    handles: [handle, endGroupHandle],
    tail,
  }));

/** The packet of ATT_READ_MULTIPLE_VARIABLE_RSP (Vol 3, Part F, 3.4.4.12): lengths in full, values cut where the MTU ends. */
export const readMultipleVariableResponse = (values: readonly Uint8Array[], mtu: number): Uint8Array => {
  const whole = values.reduce((sum, value) => sum + 2 + value.length, 1);
  const packet = allocatePacket(Math.min(whole, mtu));
  packet[PacketOffset.payload] = AttOpcode.readMultipleVariableResponse;
  let at = PacketOffset.payload + 1;
  for (const value of values) {
    // A length of which only half fits would tell nothing.
    if (packet.length - at < 2) return packet.subarray(0, at);
    writeU16(packet, at, value.length);
    packet.set(value.subarray(0, packet.length - at - 2), at + 2);
    at = Math.min(packet.length, at + 2 + value.length);
  }
  return packet;
};
