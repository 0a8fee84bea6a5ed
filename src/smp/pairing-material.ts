import { generateKeyPair } from '../crypto/p256.ts';
import { randomBelow, randomBytes } from '../crypto/random.ts';
import type { PairingChoices, PairingMaterial } from './pairing/pairing-choices.ts';
import { LARGEST_PASSKEY, PASSKEY_BITS } from './pairing/passkey.ts';

/** Draws everything random that one pairing uses. Each has its own passkey and key pair; out-of-band data has brought its key pair with it. */
export const drawMaterial = ({ oob }: PairingChoices): PairingMaterial => ({
  keyPair: oob?.own?.keyPair ?? generateKeyPair(),
  nonces: Array.from({ length: PASSKEY_BITS }, () => randomBytes(16)),
  passkey: randomBelow(LARGEST_PASSKEY + 1),
  ltk: randomBytes(16),
  ediv: randomBelow(0x1_0000),
  rand: randomBytes(8),
  csrk: randomBytes(16),
});
