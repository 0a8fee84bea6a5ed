import { IoCapability } from '../smp-codes.ts';

/** Who initiates is the central (Vol 3, Part H, 2.1). */
export type PairingRole = 'initiator' | 'responder';

/** An association model; of Passkey Entry, who shows the passkey that the other enters. */
export type PairingMethod =
  | 'justWorks'
  | 'numericComparison'
  | 'passkeyShownByInitiator'
  | 'passkeyShownByResponder'
  | 'passkeyEnteredByBoth'
  | 'outOfBand';

const works = 'justWorks';
const number = 'numericComparison';
const fromInitiator = 'passkeyShownByInitiator';
const fromResponder = 'passkeyShownByResponder';
const fromUser = 'passkeyEnteredByBoth';

type Row = readonly [PairingMethod, PairingMethod, PairingMethod, PairingMethod, PairingMethod];
type Table = Readonly<Record<IoCapability, Row>>;

// Columns: the initiator is DisplayOnly, DisplayYesNo, KeyboardOnly, NoInputNoOutput, KeyboardDisplay. Rows: the responder.

/** Table 2.8 of Vol 3, Part H, 2.3.5.1 for legacy pairing. */
const legacyTable: Table = {
  [IoCapability.displayOnly]: [works, works, fromResponder, works, fromResponder],
  [IoCapability.displayYesNo]: [works, works, fromResponder, works, fromResponder],
  [IoCapability.keyboardOnly]: [fromInitiator, fromInitiator, fromUser, works, fromInitiator],
  [IoCapability.noInputNoOutput]: [works, works, works, works, works],
  [IoCapability.keyboardDisplay]: [fromInitiator, fromInitiator, fromResponder, works, fromInitiator],
};

/** The same table for Secure Connections. */
const secureTable: Table = {
  [IoCapability.displayOnly]: [works, works, fromResponder, works, fromResponder],
  [IoCapability.displayYesNo]: [works, number, fromResponder, works, number],
  [IoCapability.keyboardOnly]: [fromInitiator, fromInitiator, fromUser, works, fromInitiator],
  [IoCapability.noInputNoOutput]: [works, works, works, works, works],
  [IoCapability.keyboardDisplay]: [fromInitiator, number, fromResponder, works, number],
};

export interface MethodFacts {
  readonly secureConnections: boolean;
  /** Whether each side has out-of-band data of the other. */
  readonly initiatorOob: boolean;
  readonly responderOob: boolean;
  /** Whether either side asks for protection against a man in the middle. */
  readonly mitm: boolean;
  readonly initiatorIo: IoCapability;
  readonly responderIo: IoCapability;
}

/** Tables 2.6, 2.7 and 2.8 of Vol 3, Part H, 2.3.5.1. */
export const selectMethod = (facts: MethodFacts): PairingMethod => {
  const { secureConnections, initiatorOob, responderOob, mitm, initiatorIo, responderIo } = facts;
  const oob = secureConnections ? initiatorOob || responderOob : initiatorOob && responderOob;
  if (oob) return 'outOfBand';
  if (!mitm) return 'justWorks';
  return (secureConnections ? secureTable : legacyTable)[responderIo][initiatorIo];
};

export const isPasskeyEntry = (method: PairingMethod): boolean => method.startsWith('passkey');

/** Whether this side shows the passkey and does not ask for it. */
export const showsPasskey = (method: PairingMethod, role: PairingRole): boolean =>
  method === (role === 'initiator' ? 'passkeyShownByInitiator' : 'passkeyShownByResponder');
