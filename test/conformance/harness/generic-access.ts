import { expect } from 'vitest';
import { findByTypeValue, read, Type } from './att.ts';
import type { TesterChannel } from './channel.ts';
import { type Hex, items, octetAt, slice, u16At, uuid } from './pdu.ts';
import { readAllByType } from './steps.ts';

/** Bits of the properties of a characteristic (Vol 3, Part G, 3.3.1.1). */
export const Property = { read: 0x02, writeNoResponse: 0x04, write: 0x08 } as const;

/** A characteristic of the Generic Access service, as its declaration has it. */
export interface GapCharacteristic {
  readonly properties: number;
  readonly handle: number;
}

/** The tester finds the Generic Access service, and in it the characteristic once. */
export const findGapCharacteristic = async (att: TesterChannel, type: number): Promise<GapCharacteristic> => {
  const services = await att.exchange(findByTypeValue(1, 0xffff, Type.primaryService, uuid(0x1800)), '07 *');
  const [service = ''] = items(slice(services, 1), 4);
  const declarations = await readAllByType(att, u16At(service, 0), u16At(service, 2), Type.characteristic);
  const found = declarations.filter((item) => slice(item, 5) === uuid(type));
  expect(found).toHaveLength(1);
  const [declaration = ''] = found;
  return { properties: octetAt(declaration, 2), handle: u16At(declaration, 3) };
};

/** The tester reads a value of at most 22 octets. */
export const readValue = async (att: TesterChannel, handle: number): Promise<Hex> =>
  slice(await att.exchange(read(handle), '0b *'), 1);
