import { address, octets, pdu, u8, u16 } from '../../core/pdu.ts';

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
export const PairingConfirm = pdu('Pairing Confirm', 0x03, { confirmValue: octets(16) });
/** Vol 3, Part H, 3.5.4. */
export const PairingRandom = pdu('Pairing Random', 0x04, { randomValue: octets(16) });
/** Vol 3, Part H, 3.5.5. */
export const PairingFailed = pdu('Pairing Failed', 0x05, { reason: u8 });
/** Vol 3, Part H, 3.6.2. */
export const EncryptionInformation = pdu('Encryption Information', 0x06, { longTermKey: octets(16) });
/** Vol 3, Part H, 3.6.3. */
export const CentralIdentification = pdu('Central Identification', 0x07, { ediv: u16, rand: octets(8) });
/** Vol 3, Part H, 3.6.4. */
export const IdentityInformation = pdu('Identity Information', 0x08, { identityResolvingKey: octets(16) });
/** Vol 3, Part H, 3.6.5. */
export const IdentityAddressInformation = pdu('Identity Address Information', 0x09, {
  addressType: u8,
  bdAddr: address,
});
/** Vol 3, Part H, 3.6.6. */
export const SigningInformation = pdu('Signing Information', 0x0a, { signatureKey: octets(16) });
/** Vol 3, Part H, 3.6.7. */
export const SecurityRequest = pdu('Security Request', 0x0b, { authReq: u8 });
/** Vol 3, Part H, 3.5.6. */
export const PairingPublicKey = pdu('Pairing Public Key', 0x0c, { x: octets(32), y: octets(32) });
/** Vol 3, Part H, 3.5.7. */
export const PairingDhKeyCheck = pdu('Pairing DHKey Check', 0x0d, { dhKeyCheck: octets(16) });
/** Vol 3, Part H, 3.5.8. */
export const PairingKeypressNotification = pdu('Pairing Keypress Notification', 0x0e, {
  notificationType: u8,
});

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
