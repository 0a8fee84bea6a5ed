import type { WaitOptions } from '../core/procedure.ts';
import type { LinkSecurity } from './access.ts';

/** A signature that is right, and has not been taken yet. */
export interface Signature {
  /** What the bond is worth whose key has signed: for what is signed it stands in the place of the link's encryption. */
  security(): LinkSecurity;
  /**
   * Keeps its counter, so that the signature is never taken again. Resolves with false where it has been taken meanwhile, or the bond has been removed. Rejects where the counter cannot be
   * kept: what was signed may not be used then.
   */
  redeem(): Promise<boolean>;
}

/** Signs what is sent to the peer of a link, and checks what it has signed, with the keys of the bond (Vol 3, Part C, 10.4). */
export interface DataSigning {
  /** Data is signed on links that are not encrypted, and on no others (Vol 3, Part C, 10.2.2). */
  readonly applies: boolean;
  /** Undefined for a signature that is wrong or has been taken before, and where the peer has given no key. */
  verify(message: Uint8Array, signature: Uint8Array): Signature | undefined;
  /**
   * Gives the signature of a message when its counter is kept, so that no other message will be signed with it.
   *
   * @throws InvalidStateError where the peer was given no key, and for one that is used up; what the store of the bonds rejects with.
   */
  sign(message: Uint8Array, wait: WaitOptions): Promise<Uint8Array>;
}
