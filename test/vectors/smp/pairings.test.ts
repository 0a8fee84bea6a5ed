import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type AddressType, parseAddress } from '../../../src/core/address.ts';
import { reversedBytes, toHex } from '../../../src/core/bytes.ts';
import { keyPairOf } from '../../../src/crypto/p256.ts';
import {
  decodeSmpCommand,
  encodeSmpCommand,
  measureSmpCommand,
  type SmpCommand,
  type SmpCommandKind,
} from '../../../src/smp/codec/smp-commands.ts';
import { answerPairing, beginPairing, stepPairing } from '../../../src/smp/pairing/pairing.ts';
import type { PairingChoices, PairingMaterial } from '../../../src/smp/pairing/pairing-choices.ts';
import type { PairingAction, PairingSetup, PairingStep } from '../../../src/smp/pairing/pairing-states.ts';
import { AuthReq, type IoCapability } from '../../../src/smp/smp-codes.ts';
import { fromHex } from '../../support/hex.ts';

type Role = 'initiator' | 'responder';

interface Side {
  readonly type: AddressType;
  readonly address: string;
}

/** A whole pairing: what each side said, and what the side of `role` knew. */
interface Pairing {
  readonly source: string;
  readonly role: Role;
  readonly initiator: Side;
  readonly responder: Side;
  readonly method: string;
  /** What the link was encrypted with. */
  readonly key: string;
  readonly privateKey?: string;
  readonly passkey?: number;
  readonly temporaryKey?: string;
  readonly number?: number;
  readonly talk: readonly (readonly [Role, string])[];
}

const { pairings } = JSON.parse(readFileSync(new URL('pairings.json', import.meta.url), 'utf8')) as {
  readonly pairings: readonly Pairing[];
};

type CommandOf<K extends SmpCommandKind> = Extract<SmpCommand, { readonly kind: K }>;

/** The commands of one kind that a side said, in their order. */
const said = <K extends SmpCommandKind>({ talk }: Pairing, role: Role, kind: K): CommandOf<K>[] =>
  talk
    .filter(([speaker]) => speaker === role)
    .map(([, pdu]) => decodeSmpCommand(fromHex(pdu)))
    .filter((command): command is CommandOf<K> => command?.kind === kind);

/** The side of `role` as it must have been set up to say what it said. */
const setupOf = (pairing: Pairing): PairingSetup => {
  const { role } = pairing;
  const [features] = [...said(pairing, role, 'pairingRequest'), ...said(pairing, role, 'pairingResponse')];
  if (features === undefined) throw new Error('a side without features');
  const give = role === 'initiator' ? features.initiatorKeyDistribution : features.responderKeyDistribution;
  const take = role === 'initiator' ? features.responderKeyDistribution : features.initiatorKeyDistribution;
  const wish = (bit: number) => ((features.authReq & bit) === 0 ? 'never' : 'preferred');
  const [keys] = said(pairing, role, 'encryptionInformation');
  const [identification] = said(pairing, role, 'centralIdentification');
  const [irk] = said(pairing, role, 'identityInformation');
  const [identity] = said(pairing, role, 'identityAddressInformation');
  const [signing] = said(pairing, role, 'signingInformation');
  const { privateKey, temporaryKey, passkey } = pairing;
  const choices: PairingChoices = {
    ioCapability: features.ioCapability as IoCapability,
    can: { show: true, enter: true, compare: true },
    oob: temporaryKey === undefined ? undefined : { temporaryKey: fromHex(temporaryKey) },
    bonding: (features.authReq & AuthReq.bonding) !== 0,
    mitm: wish(AuthReq.mitm),
    secureConnections: wish(AuthReq.secureConnections),
    keypress: (features.authReq & AuthReq.keypress) !== 0,
    minKeySize: 16,
    maxKeySize: features.maximumEncryptionKeySize,
    give,
    take,
  };
  const material: PairingMaterial = {
    keyPair: keyPairOf(privateKey === undefined ? fromHex('01'.repeat(32)) : fromHex(privateKey)),
    nonces: said(pairing, role, 'pairingRandom').map(({ randomValue }) => Uint8Array.from(randomValue)),
    passkey: passkey ?? 0,
    ltk: Uint8Array.from(keys?.longTermKey ?? new Uint8Array(16)),
    ediv: identification?.ediv ?? 0,
    rand: Uint8Array.from(identification?.rand ?? new Uint8Array(8)),
    csrk: Uint8Array.from(signing?.signatureKey ?? new Uint8Array(16)),
  };
  const addressOf = ({ type, address }: Side): Uint8Array =>
    Uint8Array.of(type === 'public' ? 0 : 1, ...fromHex(address.replaceAll(':', '')));
  return {
    role,
    choices,
    material,
    initiator: addressOf(pairing.initiator),
    responder: addressOf(pairing.responder),
    local: {
      address: identity?.bdAddr ?? parseAddress(pairing[role].address),
      type: identity?.addressType === 1 ? 'random' : 'public',
      irk: irk?.identityResolvingKey,
    },
    consent: false,
  };
};

const encode = (command: SmpCommand): string => {
  const bytes = new Uint8Array(measureSmpCommand(command));
  encodeSmpCommand(command, bytes, 0);
  return toHex(bytes);
};

/** Plays the other side, and the user and controller of this one. Gives what this side said and all that it wanted done. */
const replay = (pairing: Pairing) => {
  const setup = setupOf(pairing);
  const talk = pairing.talk.filter(([, pdu]) => !pdu.startsWith('0b'));
  const heard = talk.filter(([speaker]) => speaker !== pairing.role);
  const sent: string[] = [];
  const done: PairingAction[] = [];
  let current: PairingStep;
  const take = (step: PairingStep): void => {
    current = step;
    for (const action of step.actions) {
      done.push(action);
      if (action.kind === 'send') sent.push(encode(action.command));
      else if (action.kind === 'askPasskey') go({ kind: 'passkey', passkey: pairing.passkey ?? -1 });
      else if (action.kind === 'askComparison') go({ kind: 'comparison', same: true });
      else if (action.kind === 'encrypt') go({ kind: 'encrypted' });
      else if (action.kind === 'weigh') go({ kind: 'accepted' });
    }
  };
  const go = (input: Parameters<typeof stepPairing>[2]): void =>
    take(stepPairing(setup, current.state, input));
  if (pairing.role === 'initiator') take(beginPairing(setup));
  for (const [, pdu] of heard) {
    const command = decodeSmpCommand(fromHex(pdu));
    if (command === undefined) throw new Error(`no command: ${pdu}`);
    if (command.kind === 'pairingRequest') take(answerPairing(setup, command));
    else go({ kind: 'command', command });
  }
  return { sent, done, expected: talk.filter(([speaker]) => speaker === pairing.role).map(([, pdu]) => pdu) };
};

const isSecure = (pairing: Pairing): boolean => pairing.privateKey !== undefined;

test('there are all kinds', () => {
  expect(pairings).toHaveLength(20);
  expect(new Set(pairings.map((p) => `${p.role} ${isSecure(p)} ${p.method}`)).size).toBe(11);
});

test.each(pairings.map((pairing) => [pairing.source, pairing] as const))('%s', (_source, pairing) => {
  const { sent, done, expected } = replay(pairing);
  expect(sent).toEqual(expected);
  const encrypt = done.find((action) => action.kind === 'encrypt');
  expect(encrypt?.kind === 'encrypt' && toHex(encrypt.key)).toBe(pairing.key);
  const complete = done.at(-1);
  if (complete?.kind !== 'complete') throw new Error(`ended with ${complete?.kind}`);
  const { terms, peer, own } = complete.outcome;
  expect(terms.method.startsWith(pairing.method.slice(0, 7))).toBe(true);
  expect(terms.secureConnections).toBe(isSecure(pairing));
  const other = pairing.role === 'initiator' ? 'responder' : 'initiator';
  const [ltk] = said(pairing, other, 'encryptionInformation');
  const [identification] = said(pairing, other, 'centralIdentification');
  const [identity] = said(pairing, other, 'identityAddressInformation');
  expect(peer.ltk?.value).toEqual(ltk?.longTermKey);
  expect(peer.ltk?.ediv).toBe(identification?.ediv);
  expect(peer.identity?.address).toBe(identity?.bdAddr);
  expect(own.ltk?.value).toEqual(said(pairing, pairing.role, 'encryptionInformation')[0]?.longTermKey);
  const shown = done.find((action) => action.kind === 'showPasskey');
  if (shown?.kind === 'showPasskey') expect(shown.passkey).toBe(pairing.passkey);
  const compared = done.find((action) => action.kind === 'askComparison');
  expect(compared?.kind === 'askComparison' ? compared.number : undefined).toBe(pairing.number);
});

test('octets of keys travel the other way round', () => {
  const command = decodeSmpCommand(Uint8Array.of(3, ...fromHex('000102030405060708090a0b0c0d0e0f')));
  expect(command).toEqual({
    kind: 'pairingConfirm',
    confirmValue: reversedBytes(fromHex('000102030405060708090a0b0c0d0e0f')),
  });
});
