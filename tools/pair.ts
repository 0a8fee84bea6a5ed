import type { BondInfo, Connection, ConnectionSecurity } from 'jelling';
import { openBonds } from './bond-file.ts';
import { defineCommand, type Invocation } from './command.ts';
import { describeKey } from './describe-key.ts';
import { UsageError } from './exit.ts';
import { flag, oneOf, optional, type Read, text, withDefault } from './option.ts';
import { ioOption, pairingUser } from './pairing-user.ts';
import { parsePeer, peerOperand } from './peer.ts';
import { waitFor, withPeer } from './session.ts';

const passkey: Read<string> = (given) => {
  if (!/^\d{6}$/.test(given)) throw new UsageError(`'${given}' is no passkey: it has six digits`);
  return given;
};

const options = {
  io: ioOption('keyboard-display unless given'),
  file: optional('FILE', 'the file that keeps the bond, where it is not that of the state folder', text),
  mitm: flag(
    'let the pairing fail where nobody can vouch for the peer: it has neither a keyboard nor a display',
  ),
  'secure-connections': withDefault(
    'HOW',
    'required, preferred or never; preferred unless given: legacy pairing is easier to listen to',
    oneOf('required', 'preferred', 'never'),
    'preferred',
  ),
  passkey: optional(
    'DIGITS',
    'the six digits that the peer shows, or is known for, where nobody is there to enter them',
    passkey,
  ),
  'no-bond': flag('keep no keys: the next link needs pairing again'),
  again: flag('pair although there is a bond, and replace it'),
};

export const pair = defineCommand({
  description: [
    'Connects, pairs and disconnects, so that the next links are encrypted with the keys of now. What the peer can do decides how: the numbers of both sides are compared, or six digits that one side shows are entered on the other. The questions are asked here, and answered on standard input.',
    'Whoever has neither a keyboard nor a display is paired with all the same, unless --mitm is given: then nobody vouches that it is not somebody else. A bond that is there is used, if it is as good as what is asked for.',
  ],
  operands: [peerOperand],
  options,
  examples: [
    'jelling pair kitchen',
    'jelling pair X --io keyboard',
    'jelling pair F0:F1:F2:F3:F4:F5/random --mitm --secure-connections required',
    'jelling pair scale --passkey 000000 --json',
  ],
  async run(invocation) {
    const { output, operands, options: wanted } = invocation;
    const { io = 'keyboard-display', passkey: digits } = wanted;
    const [peer = ''] = operands;
    parsePeer(peer);
    const bonds = await openBonds({ file: wanted.file, local: undefined });
    const mitm = wanted.mitm ? true : 'preferred';
    const secureConnections = wishes[wanted['secure-connections']];
    await withPeer(
      invocation,
      peer,
      async (connection) => {
        const { bond } = connection.device;
        const isUsed = bond !== undefined && !wanted.again && satisfies(bond, { mitm, secureConnections });
        if (isUsed) {
          await useBond(invocation, connection);
        } else {
          const ui = pairingUser(invocation, { io, passkey: digits });
          const bonding = !wanted['no-bond'];
          await connection.pair({ bond: bonding, mitm, secureConnections, ui, ...waitFor(invocation) });
        }
        const { device, security } = connection;
        const { address, addressType } = device;
        const event = isUsed ? 'encrypted' : 'paired';
        output.data({ event, address, addressType, ...security }, () => tell(isUsed, address, security));
      },
      wanted.file === undefined ? {} : { bonds },
    );
    return undefined;
  },
});

/** The link is encrypted already, unless the peer has lost the bond. */
const useBond = async (invocation: Invocation<typeof options>, connection: Connection): Promise<void> => {
  const { output } = invocation;
  try {
    await connection.encrypt(waitFor(invocation));
    output.remark('there is a bond already, and nothing to do: --again would pair anew');
  } catch (error) {
    output.remark('there is a bond already, and it is of no use: --again pairs anew, and replaces it');
    throw error;
  }
};

const wishes = { required: true, preferred: 'preferred', never: false } as const;

interface Wanted {
  readonly mitm: boolean | 'preferred';
  readonly secureConnections: boolean | 'preferred';
}

const satisfies = (bond: BondInfo, { mitm, secureConnections }: Wanted): boolean =>
  (bond.authenticated || mitm !== true) && (bond.secureConnections || secureConnections !== true);

const tell = (isUsed: boolean, address: string, security: ConnectionSecurity): string => {
  const how = `${describeKey(security)} (security level ${security.level})`;
  if (isUsed) return `encrypted the link to ${address} with the keys of the bond: ${how}`;
  return `paired with ${address}: ${how}, ${security.bonded ? 'bonded' : 'not bonded'}`;
};
