import { type Infer, type Pdu, pdu, type Shape } from '../../core/pdu.ts';
import { HciPacketType } from '../../core/transport.ts';

/** Octets in front of an event's parameters: indicator, code, length (Vol 4, Part E, 5.4.4). */
export const EVENT_HEADER_LENGTH = 3;
/** The event that carries the LE subevents (Vol 4, Part E, 7.7.65). */
export const LE_META_EVENT_CODE = 0x3e;

/** An HCI event, or a subevent of LE Meta, by its specification name. */
export interface HciEventType<S extends Shape = Shape> {
  readonly name: string;
  readonly code: number;
  /** Of LE Meta; undefined for events of their own. */
  readonly subevent: number | undefined;
  readonly parameters: Pdu<S>;
  /**
   * The parameters of a whole packet; octets after the last known field are let be, for later versions append fields. Byte fields are
   * views on the packet. Throws MalformedPduError.
   */
  decode(packet: Uint8Array): Infer<S>;
  /** A whole packet, indicator first: the controller's side. */
  encode(parameters: Infer<S>): Uint8Array;
}

export type EventParameters<E> = E extends HciEventType<infer S> ? Infer<S> : never;

const make = <S extends Shape>(
  name: string,
  code: number,
  subevent: number | undefined,
  shape: S,
): HciEventType<S> => {
  const parameters = pdu(name, subevent ?? code, shape);
  const offset = subevent === undefined ? EVENT_HEADER_LENGTH : EVENT_HEADER_LENGTH + 1;
  return {
    name,
    code,
    subevent,
    parameters,
    decode: (packet) => parameters.decodeLoose(packet, offset),
    encode: (value) => {
      const packet = new Uint8Array(offset + parameters.measure(value));
      packet[0] = HciPacketType.event;
      packet[1] = code;
      packet[2] = packet.length - EVENT_HEADER_LENGTH;
      if (subevent !== undefined) packet[EVENT_HEADER_LENGTH] = subevent;
      parameters.encodeInto(value, packet, offset);
      return packet;
    },
  };
};

export const event = <S extends Shape>(name: string, code: number, shape: S): HciEventType<S> =>
  make(name, code, undefined, shape);

export const leEvent = <S extends Shape>(name: string, subevent: number, shape: S): HciEventType<S> =>
  make(name, LE_META_EVENT_CODE, subevent, shape);

/** Code and subevent in one number: how events are looked up. */
export const eventKey = (code: number, subevent: number | undefined): number =>
  subevent === undefined ? code : (code << 8) | subevent;

/** The key of a whole event packet, undefined where it is too short to have one or its length octet lies. */
export const eventKeyOf = (packet: Uint8Array): number | undefined => {
  if (packet.length < EVENT_HEADER_LENGTH || packet[2] !== packet.length - EVENT_HEADER_LENGTH)
    return undefined;
  const code = packet[1] ?? 0;
  if (code !== LE_META_EVENT_CODE) return code;
  const subevent = packet[EVENT_HEADER_LENGTH];
  return subevent === undefined ? undefined : eventKey(code, subevent);
};
