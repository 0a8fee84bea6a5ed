/** What the two ends agree on (Vol 4, Part D, 8.8). Software flow control is never offered, and taken by nobody who was not offered it. */
export interface H5Configuration {
  /** Reliable packets that may be under way without acknowledgment, 1 to 7. */
  readonly windowSize: number;
  /** Whether packets carry a Data Integrity Check. */
  readonly dataIntegrityCheck: boolean;
}

/** The largest that sequence numbers of three bits allow. */
export const MAX_WINDOW_SIZE = 7;

/** The messages of Link Control packets by their first octet (Vol 4, Part D, 8 and 9); the second is made from it. */
const messages = [
  undefined,
  'sync',
  'syncResponse',
  'config',
  'configResponse',
  'wakeup',
  'woken',
  'sleep',
] as const;
export type H5MessageName = Exclude<(typeof messages)[number], undefined>;

export interface H5LinkControl {
  readonly name: H5MessageName;
  /** The Configuration Field, where the message has one. */
  readonly configuration?: H5Configuration | undefined;
}

/** The seven low bits of the first octet inverted, under a bit that makes the parity even (Vol 4, Part D, 8.4). */
const secondOctet = (first: number): number => {
  const inverted = ~first & 0x7f;
  let ones = 0;
  for (let bits = inverted; bits !== 0; bits >>= 1) ones += bits & 1;
  return inverted | ((ones & 1) << 7);
};

const DATA_INTEGRITY_CHECK = 0x10;

export const encodeLinkControl = ({ name, configuration }: H5LinkControl): Uint8Array => {
  const first = messages.indexOf(name);
  const head = [first, secondOctet(first)];
  if (configuration === undefined) return Uint8Array.from(head);
  const { windowSize, dataIntegrityCheck } = configuration;
  return Uint8Array.of(...head, windowSize | (dataIntegrityCheck ? DATA_INTEGRITY_CHECK : 0));
};

/** Undefined for what is no message of this version. Octets of later versions behind the first of the field are left alone (8.8). */
export const decodeLinkControl = (payload: Uint8Array): H5LinkControl | undefined => {
  const [first = 0, second, field] = payload;
  const name = messages[first];
  if (name === undefined || second !== secondOctet(first)) return undefined;
  if (field === undefined || (name !== 'config' && name !== 'configResponse')) return { name };
  return {
    name,
    configuration: { windowSize: field & 0x07, dataIntegrityCheck: (field & DATA_INTEGRITY_CHECK) !== 0 },
  };
};
