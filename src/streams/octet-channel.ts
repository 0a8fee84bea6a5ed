import type { Bytes } from '../core/bytes.ts';
import type { WaitOptions } from '../core/procedure.ts';

/** What streams are made of: octets that come and octets that go, each waited for, and one end for both. An L2capChannel is one. */
export interface OctetChannel extends AsyncIterable<Bytes, undefined>, AsyncDisposable {
  /** Octets that `next()` of an iterator gives without waiting. */
  readonly available: number;
  /** Whether it has ended by being closed, on either side: neither with its link nor for a broken rule. */
  readonly endedInOrder: boolean;
  /** Resolves when there is room for more. */
  send(octets: Uint8Array, options?: WaitOptions): Promise<void>;
  /** Settles when it has ended, in whatever way, with the error that calls reject with from then on. */
  disconnected(options?: WaitOptions): Promise<Error>;
}
