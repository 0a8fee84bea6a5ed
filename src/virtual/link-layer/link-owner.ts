import type { LinkLayerVersion } from './control-pdu.ts';
import type { Identities } from './identities.ts';
import type { LinkEnd } from './link-end.ts';
import type { ParameterRange } from './link-parameters.ts';
import type { Station } from './medium.ts';

/** What the links of one controller have in common. */
export interface LinkCapabilities {
  readonly features: Uint8Array;
  readonly version: LinkLayerVersion;
  readonly maxTxOctets: number;
  readonly maxTxTime: number;
  readonly maxRxOctets: number;
  readonly maxRxTime: number;
  /** PHYs the radio has, as a mask (Vol 4, Part E, 7.8.48). */
  readonly phys: number;
  /** As central: whether it asks the peripheral before it changes connection parameters (Vol 6, Part B, 5.1.7.1). */
  readonly asksForParameters: boolean;
}

/** The controller that an end of a link belongs to: what it can do and what its host is told. */
export interface LinkOwner {
  readonly identities: Identities;
  readonly station: Station;
  readonly capabilities: LinkCapabilities;
  /** What its host wants of new links; changed by commands. */
  /** The data channels that its host has not ruled out. */
  readonly channels: Uint8Array;
  readonly suggestedTxOctets: number;
  readonly suggestedTxTime: number;
  readonly preferredTxPhys: number;
  readonly preferredRxPhys: number;

  /** Whether there is room for one more packet to the host. Whoever says no calls Link.kick() later. */
  linkUp(end: LinkEnd): void;
  takesData(end: LinkEnd): boolean;
  data(end: LinkEnd, payload: Uint8Array, first: boolean): void;
  /** Packets of this end's host that the peer has taken whole. */
  acknowledged(end: LinkEnd, packets: number): void;
  linkDown(end: LinkEnd, reason: number): void;
  /** False where its host does not listen for it. */
  keyWanted(end: LinkEnd, rand: Uint8Array, ediv: number): boolean;
  encryptionChanged(end: LinkEnd, status: number, refresh: boolean): void;
  /** False where its host does not listen for it. */
  parametersWanted(end: LinkEnd, range: ParameterRange): boolean;
  parametersChanged(end: LinkEnd, status: number): void;
  featuresRead(end: LinkEnd, status: number, features: Uint8Array): void;
  versionRead(end: LinkEnd, status: number, version: LinkLayerVersion): void;
  dataLengthChanged(end: LinkEnd): void;
  phyChanged(end: LinkEnd, status: number): void;
}
