/** What both sides agree on about pairing. The foreign side reads the same file. What they do, step by step, is told by ours: see follower.py. */
import { readFileSync } from 'node:fs';
import type { AccessRule, KeyName } from 'jelling';

/** Values of our server, by what a link must offer to whoever reads them. */
export type LevelName = 'encrypted' | 'authenticated' | 'secure';

interface Contract {
  service: string;
  levels: Record<LevelName, string>;
}

export const contract = JSON.parse(
  readFileSync(new URL('contract.json', import.meta.url), 'utf8'),
) as Contract;

export const rules: Readonly<Record<LevelName, AccessRule>> = {
  encrypted: { encrypted: true },
  authenticated: { authenticated: true },
  secure: { authenticated: true, secureConnections: true, minKeySize: 16 },
};

export const ios = [
  'displayOnly',
  'displayYesNo',
  'keyboardOnly',
  'noInputNoOutput',
  'keyboardDisplay',
] as const;
export type Io = (typeof ios)[number];

/** What the foreign side brings to a pairing. */
export interface Theirs {
  readonly io: Io;
  /** Whether it asks for protection against a man in the middle. */
  readonly mitm: boolean;
  readonly secureConnections: boolean;
  readonly bond: boolean;
  readonly give: readonly KeyName[];
  readonly take: readonly KeyName[];
  /** It gives the signing key that Bumble has by itself. */
  readonly signsWithZeros?: boolean | undefined;
}

/** Out-of-band data that the foreign side is given: of Secure Connections, or the key that both share in legacy pairing. In hexadecimal, the least significant octet first. */
export interface TheirOob {
  readonly peer?: { readonly random: string; readonly confirm: string } | undefined;
  readonly temporaryKey?: string | undefined;
}
