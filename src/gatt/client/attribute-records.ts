import type { Uuid } from '../../core/uuid.ts';

// What is known of a server's attributes, as plain values that can be kept anywhere. A part that is not there is not known.

export interface DescriptorRecord {
  readonly handle: number;
  readonly uuid: Uuid;
}

export interface CharacteristicRecord {
  /** Of the declaration. */
  readonly handle: number;
  readonly valueHandle: number;
  readonly endHandle: number;
  readonly properties: number;
  readonly uuid: Uuid;
  readonly descriptors?: readonly DescriptorRecord[] | undefined;
}

export interface ServiceRecord {
  readonly handle: number;
  readonly endHandle: number;
  readonly uuid: Uuid;
  /** A primary service, as far as is known: what others include may be a secondary one. */
  readonly primary: boolean;
  /** The handles of the services that it includes. */
  readonly includes?: readonly number[] | undefined;
  readonly characteristics?: readonly CharacteristicRecord[] | undefined;
}

/** The last handle at which an include declaration of a service may stand: in front of the first characteristic (Vol 3, Part G, 3.1). */
export const lastInclude = ({ characteristics, endHandle }: ServiceRecord): number =>
  (characteristics?.[0]?.handle ?? endHandle + 1) - 1;
