/** D16 + D12 + D5 + 1, turned round as the register is: octets are fed least significant bit first. */
const POLYNOMIAL = 0x8408;

const table = Uint16Array.from({ length: 256 }, (_, octet) => {
  let register = octet;
  for (let bit = 0; bit < 8; bit++) register = (register >> 1) ^ (register & 1 ? POLYNOMIAL : 0);
  return register;
});

const reversed = (value: number): number => {
  let result = 0;
  for (let bit = 0; bit < 16; bit++) result |= ((value >> bit) & 1) << (15 - bit);
  return result;
};

/**
 * The 16-bit CCITT-CRC of header and payload (Vol 4, Part D, 5.1). Its more significant octet is sent first, and is the one whose least significant
 * bit is the first to leave: so the register, which holds it the other way round, is reversed.
 */
export const dataIntegrityCheck = (bytes: Uint8Array): number => {
  let register = 0xffff;
  for (const octet of bytes) register = (register >> 8) ^ (table[(register ^ octet) & 0xff] ?? 0);
  return reversed(register);
};
