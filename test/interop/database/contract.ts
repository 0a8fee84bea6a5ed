/** A large database of short and long UUIDs, of which both sides know the plan. The foreign sides read the same file and follow the same rules. */
import { readFileSync } from 'node:fs';

interface Contract {
  /** How many there are. */
  services: number;
  /** Those that are secondary. */
  secondary: number[];
  /** Which includes which. */
  includes: Record<string, number[]>;
  /** Two services of one UUID. */
  twin: { of: number; is: number };
  /** The one that includes a service with a UUID of 128 bits. */
  longIncluder: number;
  /** What characteristics can do, in turn. */
  properties: string[][];
}

export const contract = JSON.parse(
  readFileSync(new URL('contract.json', import.meta.url), 'utf8'),
) as Contract;

export interface PlannedCharacteristic {
  uuid: string;
  properties: string[];
  descriptors: string[];
}

export interface PlannedService {
  uuid: string;
  secondary: boolean;
  includes: number[];
  characteristics: PlannedCharacteristic[];
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
const long = (kind: number, value: number): string =>
  `4a454c4c-494e-4700-9${kind}00-0000000000${hex(value, 2)}`;
const short = (value: number): string => hex(value, 4);

const serviceUuid = (index: number): string => {
  if (index === contract.twin.is) return serviceUuid(contract.twin.of);
  return index % 3 === 1 ? long(0, index) : short(0xa000 + index);
};

const characteristic = (service: number, index: number): PlannedCharacteristic => {
  const { properties } = contract;
  const number = 8 * service + index;
  return {
    uuid: (service + index) % 3 === 2 ? long(1, number) : short(0xb000 + number),
    properties: properties[number % properties.length] ?? [],
    descriptors: Array.from({ length: number % 3 }, (_, i) =>
      i === 1 ? long(2, number) : short(0xc000 + number),
    ),
  };
};

export const plan: readonly PlannedService[] = Array.from({ length: contract.services }, (_, index) => ({
  uuid: serviceUuid(index),
  secondary: contract.secondary.includes(index),
  includes: contract.includes[index] ?? [],
  characteristics: Array.from({ length: index % 5 }, (_, i) => characteristic(index, i)),
}));

/** Those that are found without following an inclusion. */
export const primaries = plan.filter(({ secondary }) => !secondary);

/** The UUIDs of the services that one includes. */
export const includedBy = ({ includes }: PlannedService): string[] =>
  includes.map((index) => plan[index]?.uuid ?? '');
