import type { AccessRule, Connection, PairingUi, SecurityPolicy } from 'jelling';
import { describeKey } from './describe-key.ts';
import { codeOf, UsageError } from './exit.ts';
import { oneOf, optional } from './option.ts';
import type { Output } from './output.ts';
import { ioOption, type PairingIo } from './pairing-user.ts';

const rules = {
  encrypted: { encrypted: true },
  authenticated: { authenticated: true },
  'secure-connections': { authenticated: true, secureConnections: true },
} as const satisfies Readonly<Record<string, AccessRule>>;
type Requirement = keyof typeof rules;

/** The options of whoever serves something that not everybody may have. */
export const guardOptions = {
  require: optional(
    'WHAT',
    'what a link must be before the characteristics may be touched: encrypted; authenticated: somebody has vouched for the peer when it was paired with; secure-connections: the same, and by Secure Connections',
    oneOf('encrypted', 'authenticated', 'secure-connections'),
  ),
  io: ioOption(
    'unless given display where --require wants somebody to vouch, and none where it wants encryption alone',
  ),
};

export interface Guard {
  readonly require: Requirement | undefined;
  /** What the one who sits here can do; undefined where nobody may pair. */
  readonly io: PairingIo | undefined;
  readonly permission: AccessRule | true;
}

/** Throws UsageError for options that do not fit together. */
export const guardOf = ({ require, io }: Pick<Guard, 'require' | 'io'>): Guard => {
  const needsUser = require !== undefined && require !== 'encrypted';
  if (needsUser && io === 'none') {
    throw new UsageError(
      `--require ${require} needs somebody here to vouch for the peer: give --io display, keyboard, keyboard-display or yes-no`,
    );
  }
  return {
    require,
    io: io ?? (require && (needsUser ? 'display' : 'none')),
    permission: require === undefined ? true : rules[require],
  };
};

/** What becomes of the pairings that peers begin. */
export const policyOf = ({ require }: Guard, ui: PairingUi): SecurityPolicy => ({
  ui,
  mitm: require === undefined || require === 'encrypted' ? 'preferred' : true,
  secureConnections: require === 'secure-connections' ? true : 'preferred',
});

/** Says what becomes of a link's security until it ends. Never rejects. */
export const followSecurity = async (output: Output, connection: Connection): Promise<void> => {
  const { device } = connection;
  for (;;) {
    try {
      const { by, ...security } = await connection.securityChanged();
      const { address, addressType } = device;
      const peer = { address, addressType };
      const how = describeKey(security);
      if (by === 'bond') {
        const text = `${address} is encrypted with the keys of its bond: ${how}`;
        output.data({ event: 'encrypted', ...peer, ...security }, () => text);
      } else {
        const text = `${address} has paired: ${how}, ${security.bonded ? 'bonded' : 'not bonded'}`;
        output.data({ event: 'paired', ...peer, ...security }, () => text);
      }
    } catch (error) {
      const code = codeOf(error);
      // What became of the link is told by others.
      if (code === 'BLE_DISCONNECTED' || code === 'BLE_TRANSPORT') return;
      const { address, addressType } = device;
      const message = error instanceof Error ? error.message : String(error);
      output.data({ event: 'securityFailed', address, addressType, code, message }, () =>
        output.style('yellow', message),
      );
    }
  }
};
