import { type Bytes, copyBytes } from '../core/bytes.ts';
import { LeFeature } from '../hci/codec/features.ts';
import { CompanyIdentifier, describeVersion } from '../hci/codec/version.ts';
import type { ControllerInfo } from '../hci/controller-info.ts';

/** What a controller says of itself. */
export interface AdapterInfo {
  /** The way to it: `usb:1-2`, `tcp:127.0.0.1:9001`. */
  readonly transport: string;
  /** The version of the Core Specification: `5.4`. */
  readonly version: string;
  /** The company identifier of its maker, and the name where it is a well-known one. */
  readonly manufacturer: number;
  readonly manufacturerName: string | undefined;
  /** Names of the LE features that it has and that can be used. */
  readonly features: readonly string[];
  /** All LE features that it claims, bit by bit (Vol 6, Part B, 4.6), eight octets. */
  readonly leSupportedFeatures: Bytes;
  /** Its buffers for data: how many packets of how many octets. */
  readonly aclBuffers: { readonly count: number; readonly length: number };
}

const words = (camel: string): string => camel.replace(/([a-z])([A-Z0-9])/g, '$1 $2').toLowerCase();

const nameIn = (table: Readonly<Record<string, number>>, value: number): string | undefined =>
  Object.entries(table).find(([, number]) => number === value)?.[0];

const capitalised = (text: string): string => text.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());

export const describeController = (info: ControllerInfo, transport: string): AdapterInfo => {
  const maker = nameIn(CompanyIdentifier, info.companyIdentifier);
  return {
    transport,
    version: describeVersion(info.hciVersion),
    manufacturer: info.companyIdentifier,
    manufacturerName: maker === undefined ? undefined : capitalised(words(maker)),
    features: Object.entries(LeFeature)
      .filter(([, feature]) => info.hasFeature(feature))
      .map(([name]) => words(name)),
    leSupportedFeatures: copyBytes(info.leFeatures),
    aclBuffers: { count: info.acl.count, length: info.acl.maxLength },
  };
};
