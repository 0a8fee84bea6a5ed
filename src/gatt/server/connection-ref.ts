import type { Bearer } from '../../att/bearer.ts';
import type { WaitScope } from '../../core/wait-scope.ts';
import type { LinkSecurity } from '../access.ts';
import type { DataSigning } from '../data-signing.ts';

/** What GATT sees of a connection. */
export interface GattLink {
  /** The object that users hold and hand in. */
  readonly connection: ConnectionRef;
  /** What this side sends by. */
  readonly bearer: Bearer;
  /** Ends with the link. */
  readonly scope: WaitScope;
  /** The peer in messages: `F0:F1:F2:F3:F4:F5`. */
  readonly what: string;
  /** The peer's identity where it is bonded: what it has configured is kept under it. Otherwise it lasts as long as the link. */
  readonly identity: string | undefined;
  /** Asked at each access. */
  security(): LinkSecurity;
  /** Without it nothing that is signed is taken. */
  readonly signing?: DataSigning | undefined;
}

/** Under this key a connection shows its GATT side, which is not part of its public face. */
export const gattLink: unique symbol = Symbol('jelling.gattLink');

/** Any connection that GATT can work on. */
export interface ConnectionRef {
  readonly [gattLink]: GattLink;
}
