import type { ConnectionSecurity, PairingUi } from 'jelling';
import { openBonds } from './bond-file.ts';
import { defineCommand, type Invocation } from './command.ts';
import { UsageError } from './exit.ts';
import { Lines } from './lines.ts';
import { flag, oneOf, optional, type Read, text, withDefault } from './option.ts';
import { parsePeer, peerOperand } from './peer.ts';
import { waitFor, withPeer } from './session.ts';

const passkey: Read<string> = (given) => {
  if (!/^\d{6}$/.test(given)) throw new UsageError(`'${given}' is no passkey: it has six digits`);
  return given;
};

const options = {
  file: optional('FILE', 'the file that keeps the bond, where it is not that of the state folder', text),
  mitm: flag('let the pairing fail where nobody can vouch for the peer: it has neither keys nor a display'),
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
    'Whoever has neither keys nor a display is paired with all the same, unless --mitm is given: then nobody vouches that it is not somebody else.',
  ],
  operands: [peerOperand],
  options,
  examples: [
    'jelling pair kitchen',
    'jelling pair F0:F1:F2:F3:F4:F5/random --mitm --secure-connections required',
    'jelling pair scale --passkey 000000 --json',
  ],
  async run(invocation) {
    const { output, operands, options: wanted } = invocation;
    const [peer = ''] = operands;
    parsePeer(peer);
    const bonds = await openBonds({ file: wanted.file, local: undefined });
    await withPeer(
      invocation,
      peer,
      async (connection) => {
        if (connection.device.bond === undefined || wanted.again) {
          await connection.pair({
            bond: !wanted['no-bond'],
            mitm: wanted.mitm ? true : 'preferred',
            secureConnections: wishes[wanted['secure-connections']],
            ui: userOf(invocation),
            ...waitFor(invocation),
          });
        } else {
          output.remark('there is a bond already; --again would pair anew');
          await connection.encrypt(waitFor(invocation));
        }
        const { device, security } = connection;
        const { address, addressType } = device;
        output.data({ event: 'paired', address, addressType, ...security }, () => tell(address, security));
      },
      wanted.file === undefined ? {} : { bonds },
    );
    return undefined;
  },
});

const wishes = { required: true, preferred: 'preferred', never: false } as const;

const tell = (address: string, security: ConnectionSecurity): string =>
  [
    `paired with ${address}: security level ${security.level}`,
    security.authenticated ? 'authenticated' : 'unauthenticated',
    security.secureConnections ? 'Secure Connections' : 'legacy pairing',
    security.bonded ? 'bonded' : 'not bonded',
  ].join(', ');

/** The one who sits here. */
const userOf = ({ output, input, options: { passkey: known } }: Invocation<typeof options>): PairingUi => {
  const lines = new Lines(input);
  const ask = (event: string, question: string, fields: object = {}): void =>
    output.note({ event, ...fields }, () => question);
  return {
    showPasskey: (digits) => ask('passkey', `enter ${digits} on the peer`, { passkey: digits }),
    enterPasskey: async ({ signal }) => {
      if (known !== undefined) return known;
      ask('enterPasskey', 'which six digits does the peer show?');
      return await lines.next(signal);
    },
    compareNumbers: async (number, { signal }) => {
      ask('compareNumbers', `does the peer show ${number} too? y or n`, { number });
      return /^y(es)?$/i.test((await lines.next(signal)) ?? '');
    },
  };
};
