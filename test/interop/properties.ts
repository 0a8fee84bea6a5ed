/** Our names of properties beside those of the contracts. */
import type { CharacteristicOptions, CharacteristicProperties } from 'jelling';

const propertyNames = [
  ['read', 'read'],
  ['writeNoResponse', 'writeWithoutResponse'],
  ['write', 'write'],
  ['notify', 'notify'],
  ['indicate', 'indicate'],
] as const;

/** What a characteristic can do, as the contracts have it. */
export const propertyList = ({ properties }: { readonly properties: CharacteristicProperties }): string[] =>
  propertyNames.filter(([ours]) => properties[ours]).map(([, name]) => name);

/** What a contract says, as we declare it. */
export const propertyOptions = (properties: readonly string[]): CharacteristicOptions =>
  Object.fromEntries(propertyNames.map(([ours, name]) => [ours, properties.includes(name)]));
