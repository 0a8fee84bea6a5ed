import type { WaitOptions } from '../../core/procedure.ts';

/** What every call that works on the attributes of a peer accepts. */
export interface AccessOptions extends WaitOptions {
  /**
   * Whether a request that the peer refuses for want of security is asked once more after the link has been encrypted, or the peer paired with. By default
   * as the connection's `raisesSecurity` says. How long raising may take is not part of a default deadline.
   */
  readonly raiseSecurity?: boolean | undefined;
}
