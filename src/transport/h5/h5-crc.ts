/** D16 + D12 + D5 + 1, turned round as the register is: octets are fed least significant bit first. */
const POLYNOMIAL = 0x8408;

/** What becomes of the register when eight bits are fed to it that are its low ones exclusive or an octet. */
const afterOne = Uint16Array.from({ length: 256 }, (_, octet) => {
  let register = octet;
  for (let bit = 0; bit < 8; bit++) register = (register >> 1) ^ (register & 1 ? POLYNOMIAL : 0);
  return register;
});
/** The same with eight bits of zero behind them: two octets are one step, of which both halves are looked up at once. */
const afterTwo = afterOne.map((register) => (register >> 8) ^ (afterOne[register & 0xff] ?? 0));

const reversedOctets = Uint8Array.from({ length: 256 }, (_, octet) => {
  let reversed = 0;
  for (let bit = 0; bit < 8; bit++) reversed |= ((octet >> bit) & 1) << (7 - bit);
  return reversed;
});

const reversed = (value: number): number =>
  ((reversedOctets[value & 0xff] ?? 0) << 8) | (reversedOctets[value >> 8] ?? 0);

/**
 * The 16-bit CCITT-CRC of header and payload (Vol 4, Part D, 5.1), which end at `end`. Its more significant octet is sent first, and is the one whose least significant
 * bit is the first to leave: so the register, which holds it the other way round, is reversed.
 */
export const dataIntegrityCheck = (bytes: Uint8Array, end: number): number => {
  let register = 0xffff;
  let at = 0;
  for (; at + 1 < end; at += 2) {
    const fed = register ^ ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8));
    register = (afterTwo[fed & 0xff] ?? 0) ^ (afterOne[fed >> 8] ?? 0);
  }
  if (at < end) register = (register >> 8) ^ (afterOne[(register ^ (bytes[at] ?? 0)) & 0xff] ?? 0);
  return reversed(register);
};
