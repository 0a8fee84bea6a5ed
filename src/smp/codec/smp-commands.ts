import { address, type Infer, keyOctets, type Pdu, pdu, u8, u16 } from '../../core/pdu.ts';

const pairingFeatures = {
  ioCapability: u8,
  oobDataFlag: u8,
  authReq: u8,
  maximumEncryptionKeySize: u8,
  initiatorKeyDistribution: u8,
  responderKeyDistribution: u8,
};

/** Vol 3, Part H, 3.5.1. */
export const PairingRequest = pdu('Pairing Request', 0x01, pairingFeatures);
/** Vol 3, Part H, 3.5.2. */
export const PairingResponse = pdu('Pairing Response', 0x02, pairingFeatures);
/** Vol 3, Part H, 3.5.3. */
export const PairingConfirm = pdu('Pairing Confirm', 0x03, { confirmValue: keyOctets(16) });
/** Vol 3, Part H, 3.5.4. */
const PairingRandom = pdu('Pairing Random', 0x04, { randomValue: keyOctets(16) });
/** Vol 3, Part H, 3.5.5. */
export const PairingFailed = pdu('Pairing Failed', 0x05, { reason: u8 });
/** Vol 3, Part H, 3.6.2. */
const EncryptionInformation = pdu('Encryption Information', 0x06, { longTermKey: keyOctets(16) });
/** Vol 3, Part H, 3.6.3. */
export const CentralIdentification = pdu('Central Identification', 0x07, { ediv: u16, rand: keyOctets(8) });
/** Vol 3, Part H, 3.6.4. */
const IdentityInformation = pdu('Identity Information', 0x08, { identityResolvingKey: keyOctets(16) });
/** Vol 3, Part H, 3.6.5. */
export const IdentityAddressInformation = pdu('Identity Address Information', 0x09, {
  addressType: u8,
  bdAddr: address,
});
/** Vol 3, Part H, 3.6.6. */
const SigningInformation = pdu('Signing Information', 0x0a, { signatureKey: keyOctets(16) });
/** Vol 3, Part H, 3.6.7. */
const SecurityRequest = pdu('Security Request', 0x0b, { authReq: u8 });
/** Vol 3, Part H, 3.5.6. */
export const PairingPublicKey = pdu('Pairing Public Key', 0x0c, { x: keyOctets(32), y: keyOctets(32) });
/** Vol 3, Part H, 3.5.7. */
const PairingDhKeyCheck = pdu('Pairing DHKey Check', 0x0d, { dhKeyCheck: keyOctets(16) });
/** Vol 3, Part H, 3.5.8. */
const PairingKeypressNotification = pdu('Pairing Keypress Notification', 0x0e, {
  notificationType: u8,
});

export type PairingFeatures = Infer<typeof pairingFeatures>;

/** Every command by its name. */
export const smpCommands = {
  pairingRequest: PairingRequest,
  pairingResponse: PairingResponse,
  pairingConfirm: PairingConfirm,
  pairingRandom: PairingRandom,
  pairingFailed: PairingFailed,
  encryptionInformation: EncryptionInformation,
  centralIdentification: CentralIdentification,
  identityInformation: IdentityInformation,
  identityAddressInformation: IdentityAddressInformation,
  signingInformation: SigningInformation,
  securityRequest: SecurityRequest,
  pairingPublicKey: PairingPublicKey,
  pairingDhKeyCheck: PairingDhKeyCheck,
  pairingKeypressNotification: PairingKeypressNotification,
} as const;

export type SmpCommandKind = keyof typeof smpCommands;
type CommandOf<K extends SmpCommandKind> = { readonly kind: K } & Infer<(typeof smpCommands)[K]['shape']>;
/** A command with its fields. Keys and numbers have their most significant octet first. */
export type SmpCommand = { [K in SmpCommandKind]: CommandOf<K> }[SmpCommandKind];

const kindOf: ReadonlyMap<number, SmpCommandKind> = new Map(
  // The keys of the table are the kinds.
  (Object.keys(smpCommands) as SmpCommandKind[]).map((kind) => [smpCommands[kind].code, kind]),
);

/** Reads a command, its code included. Undefined for a code that is reserved for future use. Throws MalformedPduError. */
export const decodeSmpCommand = (bytes: Uint8Array): SmpCommand | undefined => {
  const kind = kindOf.get(bytes[0] ?? 0);
  if (kind === undefined) return undefined;
  // The fields are those of the table of this kind.
  return { kind, ...smpCommands[kind].decode(bytes, 1) } as SmpCommand;
};

/** Octets of a command, its code included. */
export const measureSmpCommand = (command: SmpCommand): number => 1 + tableOf(command).measure(command);

/** Writes a command at `offset` of a buffer that has room for it. */
export const encodeSmpCommand = (command: SmpCommand, bytes: Uint8Array, offset: number): void => {
  const table = tableOf(command);
  bytes[offset] = table.code;
  table.encodeInto(command, bytes, offset + 1);
};

const tableOf = (command: SmpCommand): Pdu => smpCommands[command.kind];

/** Octets of every command, its code included. No command has a choice of lengths: this is the first gate for what a peer sends. */
export const smpCommandLengths: ReadonlyMap<number, number> = new Map([
  [0x01, 7],
  [0x02, 7],
  [0x03, 17],
  [0x04, 17],
  [0x05, 2],
  [0x06, 17],
  [0x07, 11],
  [0x08, 17],
  [0x09, 8],
  [0x0a, 17],
  [0x0b, 2],
  [0x0c, 65],
  [0x0d, 17],
  [0x0e, 2],
]);
