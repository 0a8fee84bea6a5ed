import fc from 'fast-check';
import { type Address, parseAddress } from '../../src/core/address.ts';
import { toHex } from '../../src/core/bytes.ts';
import type { Field, FieldDomain, Infer, Shape } from '../../src/core/pdu.ts';

/** How large generated values of open length may become, so that a whole PDU fits its container. */
export interface ArbitraryLimits {
  readonly bytes?: number | undefined;
  readonly items?: number | undefined;
}

const arbitraryAddress: fc.Arbitrary<Address> = fc
  .uint8Array({ minLength: 6, maxLength: 6 })
  .map((octets) => parseAddress(toHex(octets)));

const arbitraryInteger = (bits: number, signed: boolean): fc.Arbitrary<number | bigint> => {
  if (bits > 32) return fc.bigInt({ min: 0n, max: (1n << BigInt(bits)) - 1n });
  const span = 2 ** bits;
  return signed ? fc.integer({ min: -span / 2, max: span / 2 - 1 }) : fc.integer({ min: 0, max: span - 1 });
};

/** Any value that a field may hold. */
const arbitraryOfDomain = (domain: FieldDomain, limits: ArbitraryLimits = {}): fc.Arbitrary<unknown> => {
  switch (domain.kind) {
    case 'unsigned':
      return arbitraryInteger(domain.bits, false);
    case 'signed':
      return arbitraryInteger(domain.bits, true);
    case 'address':
      return arbitraryAddress;
    case 'bytes':
      return fc.uint8Array({
        minLength: domain.length ?? 0,
        maxLength: domain.length ?? Math.min(domain.longest, limits.bytes ?? 40),
      });
    case 'list':
      return fc.array(arbitraryOfShape(domain.item, limits), { maxLength: limits.items ?? 3 });
  }
};

/** Any value of a PDU's fields. */
export const arbitraryOfShape = <S extends Shape>(
  shape: S,
  limits: ArbitraryLimits = {},
): fc.Arbitrary<Infer<S>> => {
  const fields = Object.entries<Field<unknown>>(shape).map(
    ([name, field]) => [name, arbitraryOfDomain(field.domain, limits)] as const,
  );
  // The fields come from the shape itself, so the record has its form.
  return fc.record(Object.fromEntries(fields)) as fc.Arbitrary<unknown> as fc.Arbitrary<Infer<S>>;
};
