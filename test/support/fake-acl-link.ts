import { toHex } from '../../src/core/bytes.ts';
import { DisconnectedError } from '../../src/core/errors.ts';
import { PacketOffset } from '../../src/core/packet.ts';
import type { WaitOptions } from '../../src/core/procedure.ts';
import { WaitScope } from '../../src/core/wait-scope.ts';
import type { AclLink, AclReceiver } from '../../src/hci/acl-link.ts';

/** The data path of a connection in memory. Alone it records fragments and lets a test play the peer; joined by `linkPair()` it carries them. */
export class FakeAclLink implements AclLink {
  readonly handle: number;
  readonly scope = new WaitScope();
  readonly maxFragmentLength: number;
  receiver: AclReceiver | undefined;
  /** The data of every fragment, without lower headers, one list for each PDU. */
  readonly sent: Uint8Array[][] = [];
  peer: FakeAclLink | undefined;

  constructor(maxFragmentLength = 27, handle = 0x0040) {
    this.maxFragmentLength = maxFragmentLength;
    this.handle = handle;
  }

  send(first: Uint8Array, more: readonly Uint8Array[] = [], _options?: WaitOptions): Promise<void> {
    if (this.scope.error !== undefined) return Promise.reject(this.scope.error);
    const fragments = [first, ...more].map((packet) => new Uint8Array(packet.subarray(PacketOffset.l2cap)));
    this.sent.push(fragments);
    // The lower layer writes its headers in place: what it spoils must be nobody's data.
    for (const packet of [first, ...more]) packet.fill(0xdd, 0, PacketOffset.l2cap);
    const { peer } = this;
    if (peer !== undefined) {
      for (const [index, fragment] of fragments.entries()) {
        queueMicrotask(() => peer.receiver?.(fragment, index === 0));
      }
    }
    return Promise.resolve();
  }

  /** Fragments of one PDU arrive. The views handed over are spoilt afterwards. */
  deliver(...fragments: readonly (Uint8Array | readonly number[])[]): void {
    for (const [index, fragment] of fragments.entries()) this.deliverFragment(fragment, index === 0);
  }

  deliverFragment(fragment: Uint8Array | readonly number[], first: boolean): void {
    const view = Uint8Array.from(fragment);
    this.receiver?.(view, first);
    view.fill(0xee);
  }

  /** The PDUs sent since the last call, fragments joined, in hexadecimal. */
  takeSent(): string[] {
    return this.sent.splice(0).map((fragments) => fragments.map((fragment) => toHex(fragment)).join(''));
  }

  disconnect(reason = 0x08): void {
    this.scope.end(new DisconnectedError('the link was lost', reason));
  }
}

/** Two ends of one link. */
export const linkPair = (maxFragmentLength = 27): readonly [FakeAclLink, FakeAclLink] => {
  const a = new FakeAclLink(maxFragmentLength, 0x0040);
  const b = new FakeAclLink(maxFragmentLength, 0x0041);
  a.peer = b;
  b.peer = a;
  return [a, b];
};
