import type { FieldDomain, Infer, Shape } from '../../core/pdu.ts';

const zeroField = (domain: FieldDomain): unknown => {
  switch (domain.kind) {
    case 'unsigned':
      return domain.bits > 53 ? 0n : 0;
    case 'signed':
      return 0;
    case 'address':
      return '00:00:00:00:00:00';
    case 'bytes':
      return new Uint8Array(domain.length ?? 0);
    case 'list':
      return [];
  }
};

/** A value of the shape in which everything is zero. */
export const zeroOf = <S extends Shape>(shape: S): Infer<S> =>
  Object.fromEntries(
    Object.entries(shape).map(([name, field]) => [name, zeroField(field.domain)]),
  ) as Infer<S>;
