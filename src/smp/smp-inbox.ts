import { decodeSmpCommand, type SmpCommand, smpCommandLengths } from './codec/smp-commands.ts';
import { SmpCode } from './smp-codes.ts';

/** What a payload of the SMP channel is. */
export type Inbound =
  | { readonly kind: 'command'; readonly command: SmpCommand }
  /** A command whose length is not that of its code, which no code has a choice of (Vol 3, Part H, 3.5 and 3.6). */
  | { readonly kind: 'malformed' }
  /** Never answered: Pairing Failed that is malformed, and codes reserved for future use (Vol 3, Part H, 3.3). */
  | { readonly kind: 'ignored' };

/** The first gate for what a peer sends. */
export const readInbound = (payload: Uint8Array): Inbound => {
  const code = payload[0];
  const length = code === undefined ? undefined : smpCommandLengths.get(code);
  if (length === undefined) return { kind: 'ignored' };
  if (payload.length !== length) return { kind: code === SmpCode.pairingFailed ? 'ignored' : 'malformed' };
  const command = decodeSmpCommand(payload);
  return command === undefined ? { kind: 'ignored' } : { kind: 'command', command };
};
