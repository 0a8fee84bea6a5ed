import { concatBytes, writeU16 } from '../../core/bytes.ts';
import { allocatePacket, PACKET_HEADROOM } from '../../core/packet.ts';
import { AttOpcode } from '../att-codes.ts';

/** SignCounter and MAC behind the value (Vol 3, Part F, 3.3.1). */
export const AUTHENTICATION_SIGNATURE_LENGTH = 12;

/** Opcode, handle and signature around the value (Vol 3, Part F, 3.4.5.4). */
export const SIGNED_WRITE_OVERHEAD = 3 + AUTHENTICATION_SIGNATURE_LENGTH;

/** What the signature is made of: opcode, handle and value. */
export const signedWriteMessage = (handle: number, value: Uint8Array): Uint8Array => {
  const header = Uint8Array.of(AttOpcode.signedWriteCommand, 0, 0);
  writeU16(header, 1, handle);
  return concatBytes(header, value);
};

export const signedWritePacket = (message: Uint8Array, signature: Uint8Array): Uint8Array => {
  const packet = allocatePacket(message.length + signature.length);
  packet.set(message, PACKET_HEADROOM);
  packet.set(signature, PACKET_HEADROOM + message.length);
  return packet;
};
