// What the tables of Vol 3, Part F, 3.4 say about lengths, in code that knows nothing of the codec.

/** Lengths of each request, opcode included. */
const requestLengths: Readonly<Record<number, (length: number) => boolean>> = {
  2: (length) => length === 3,
  4: (length) => length === 5,
  6: (length) => length >= 7,
  8: (length) => length === 7 || length === 21,
  10: (length) => length === 3,
  12: (length) => length === 5,
  14: (length) => length >= 5 && length % 2 === 1,
  16: (length) => length === 7 || length === 21,
  18: (length) => length >= 3,
  22: (length) => length >= 5,
  24: (length) => length === 2,
  32: (length) => length >= 5 && length % 2 === 1,
};

/** What goes to the client's side of a host. */
const toClient = new Set([
  0x01, 0x03, 0x05, 0x07, 0x09, 0x0b, 0x0d, 0x0f, 0x11, 0x13, 0x17, 0x19, 0x1b, 0x1d, 0x1e, 0x21, 0x23,
]);

/** What becomes of a PDU: not answered, confirmed, refused as malformed or as unknown, or left to the server to answer. */
export type Verdict = 'silence' | 'confirmation' | 'invalidPdu' | 'notSupported' | 'answer';

/** What a host has to do with any PDU. */
export const verdictOn = (pdu: Uint8Array, mtu: number): Verdict => {
  const [opcode] = pdu;
  if (opcode === undefined) return 'silence';
  if (opcode === 0x1d) return 'confirmation';
  if (toClient.has(opcode) || (opcode & 0x40) !== 0) return 'silence';
  // Too long is malformed whatever it is.
  if (pdu.length > mtu) return 'invalidPdu';
  const fits = requestLengths[opcode];
  if (fits === undefined) return 'notSupported';
  return fits(pdu.length) ? 'answer' : 'invalidPdu';
};

/** Whether a response has the form that its opcode asks for. */
export const isWholeResponse = (pdu: Uint8Array, mtu: number): boolean => {
  const { length } = pdu;
  const [opcode, second = 0] = pdu;
  const items = (size: number, from: number): boolean => length > from && (length - from) % size === 0;
  if (length > mtu) return false;
  switch (opcode) {
    case 0x05:
      return (second === 1 && items(4, 2)) || (second === 2 && items(18, 2));
    case 0x07:
      return items(4, 1);
    case 0x09:
      return second >= 2 && items(second, 2);
    case 0x11:
      return second >= 4 && items(second, 2);
    case 0x13:
    case 0x19:
      return length === 1;
    case 0x17:
      return length >= 5;
    case 0x21: {
      let at = 1;
      while (at < length) {
        // The MTU may cut within a length, but not within the first one.
        if (length - at < 2) return at > 1;
        at += 2 + (pdu[at] ?? 0) + 256 * (pdu[at + 1] ?? 0);
      }
      return true;
    }
    default:
      return true;
  }
};
