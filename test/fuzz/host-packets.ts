import fc from 'fast-check';
import { writeU16 } from '../../src/core/bytes.ts';
import type { Shape } from '../../src/core/pdu.ts';
import type { HciEventType } from '../../src/hci/codec/event.ts';
import { HciEvent } from '../../src/hci/codec/events.ts';
import { arbitraryOfShape } from '../support/arbitrary.ts';
import type { Dice } from './host-trial.ts';

const EVENT = 4;
const ACL = 2;

const eventTypes: readonly HciEventType[] = Object.values(HciEvent);

/** Any event that the specification knows, with any values; handles are those of live links, mostly. */
export const anyEvent = (dice: Dice, handles: readonly number[]): Uint8Array => {
  const type = dice.pick(eventTypes);
  if (type === undefined) return new Uint8Array();
  const arbitrary = arbitraryOfShape<Shape>(type.parameters.shape, { bytes: 30 });
  const [value] = fc.sample(arbitrary, { seed: dice.number(0, 0x7fffffff), numRuns: 1 });
  const named: Record<string, unknown> = { ...(value as object) };
  const handle = dice.pick(handles);
  if (handle !== undefined && 'connectionHandle' in named && dice.chance(0.7))
    named['connectionHandle'] = handle;
  if ('status' in named && dice.chance(0.6)) named['status'] = 0;
  if ('role' in named) named['role'] = dice.number(0, 1);
  // biome-ignore lint/suspicious/noExplicitAny: the value was made from the shape of this very type.
  return type.encode(named as any);
};

/** A link's first or next fragment with these octets. */
const aclPacket = (handle: number, boundary: number, data: Uint8Array): Uint8Array => {
  const packet = new Uint8Array(5 + data.length);
  packet[0] = ACL;
  writeU16(packet, 1, (handle & 0x0fff) | (boundary << 12));
  writeU16(packet, 3, data.length);
  packet.set(data, 5);
  return packet;
};

const ATT_CID = 4;
const SIGNALLING_CID = 5;
const SMP_CID = 6;
const attOpcodes = [
  0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10, 0x11, 0x12,
  0x13, 0x16, 0x17, 0x18, 0x19, 0x1b, 0x1d, 0x1e, 0x20, 0x21, 0x23, 0x52, 0xd2, 0x3f, 0x7f,
];

const attPdu = (dice: Dice): Uint8Array => {
  const opcode = dice.pick(attOpcodes) ?? 1;
  const rest = dice.chance(0.5)
    ? // Handles that exist, and ranges that make sense.
      Uint8Array.of(dice.number(0, 20), 0, dice.number(0, 20), 0, ...dice.bytes(dice.of(0, 2, 16, 40)))
    : dice.bytes(dice.of(3, 8, 60));
  return Uint8Array.of(opcode, ...rest);
};

const signallingPdu = (dice: Dice): Uint8Array => {
  const code = dice.chance(0.5) ? 0x12 : dice.number(0, 0x1a);
  const data = code === 0x12 && dice.chance(0.6) ? parameters(dice) : dice.bytes(20);
  const length = dice.chance(0.8) ? data.length : dice.number(0, 300);
  return Uint8Array.of(code, dice.number(0, 5), length & 0xff, length >> 8, ...data);
};

const parameters = (dice: Dice): Uint8Array => {
  const data = new Uint8Array(8);
  const least = dice.number(0, 60);
  writeU16(data, 0, least);
  writeU16(data, 2, least + dice.number(-2, 20));
  writeU16(data, 4, dice.number(0, 5));
  writeU16(data, 6, dice.number(0, 600));
  return data;
};

/** What a peer may send on a link: any PDU, whole or cut, with a length that is right or not. */
export const peerPacket = (dice: Dice, handle: number): Uint8Array => {
  const kind = dice.number(0, 9);
  if (kind === 0) return aclPacket(handle, dice.number(0, 3), dice.bytes(60));
  if (kind === 1) return aclPacket(handle, 1, dice.bytes(27));
  let cid = dice.number(0, 0x50);
  let pdu = dice.bytes(40);
  if (kind < 7) [cid, pdu] = [ATT_CID, attPdu(dice)];
  else if (kind === 7) [cid, pdu] = [SIGNALLING_CID, signallingPdu(dice)];
  else if (kind === 8) [cid, pdu] = [SMP_CID, Uint8Array.of(dice.number(0, 0x10), ...dice.bytes(20))];
  const frame = new Uint8Array(4 + pdu.length);
  writeU16(frame, 0, dice.chance(0.9) ? pdu.length : dice.number(0, 0xffff));
  writeU16(frame, 2, cid);
  frame.set(pdu, 4);
  return aclPacket(handle, 2, frame);
};

/** An event that says nothing a host may act on: unknown, cut, of a length that is wrong, or about handles that are nobody's. */
export const idleEvent = (dice: Dice): Uint8Array => {
  switch (dice.number(0, 7)) {
    case 6: {
      // An answer to a vendor's command that nobody sent.
      const opcode = 0xfc00 + dice.number(0, 255);
      return Uint8Array.of(
        EVENT,
        0x0e,
        ...prefixed(Uint8Array.of(1, opcode & 0xff, opcode >> 8, ...dice.bytes(9))),
      );
    }
    case 0:
      return Uint8Array.of(EVENT, 0xff, ...prefixed(dice.bytes(20)));
    case 1:
      return Uint8Array.of(EVENT, dice.of(0x60, 0x99, 0xf0), ...prefixed(dice.bytes(20)));
    case 2:
      return Uint8Array.of(
        EVENT,
        0x3e,
        ...prefixed(Uint8Array.of(dice.number(0x40, 0xff), ...dice.bytes(9))),
      );
    case 3: {
      // Cut somewhere, so that its length octet lies.
      const whole = anyEvent(dice, []);
      return whole.subarray(0, dice.number(0, Math.max(0, whole.length - 1)));
    }
    case 4:
      return HciEvent.numberOfCompletedPackets.encode({
        completed: [
          { connectionHandle: 0x0e00 + dice.number(0, 255), numCompletedPackets: dice.number(0, 0xffff) },
        ],
      });
    case 5:
      return HciEvent.disconnectionComplete.encode({
        status: 0,
        connectionHandle: 0x0e00 + dice.number(0, 255),
        reason: 0x13,
      });
    default:
      return aclPacket(0x0e00 + dice.number(0, 255), dice.number(0, 3), dice.bytes(60));
  }
};

/** A report that anybody on the air could cause: legacy, with any data. */
export const strangerReport = (dice: Dice): Uint8Array => {
  const data = dice.bytes(31);
  return Uint8Array.of(
    EVENT,
    0x3e,
    ...prefixed(
      Uint8Array.of(
        0x02,
        1,
        dice.number(0, 4),
        dice.number(0, 1),
        ...dice.bytes(6, 6),
        data.length,
        ...data,
        dice.number(0, 255),
      ),
    ),
  );
};

const prefixed = (bytes: Uint8Array): Uint8Array => Uint8Array.of(bytes.length, ...bytes);

/** A packet as a bad line leaves it. */
export const mangled = (dice: Dice, packet: Uint8Array): Uint8Array => {
  const copy = new Uint8Array(packet);
  switch (dice.number(0, 4)) {
    case 0:
      return copy.subarray(0, dice.number(0, copy.length));
    case 1:
      return Uint8Array.of(...copy, ...dice.bytes(10));
    case 2: {
      // Cut, and its length made to fit.
      const cut = copy.subarray(0, Math.min(copy.length, dice.number(3, Math.max(3, copy.length))));
      if (cut[0] === EVENT && cut.length >= 3) cut[2] = cut.length - 3;
      if (cut[0] === ACL && cut.length >= 5) writeU16(cut, 3, cut.length - 5);
      return cut;
    }
    default: {
      const at = dice.number(1, copy.length - 1);
      copy[at] = dice.number(0, 255);
      return copy;
    }
  }
};
