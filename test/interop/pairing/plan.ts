/** The pairings that a pair goes through, in their order. */
import type { KeyName } from 'jelling';
import type { Pair, Role } from '../table.ts';
import { type Io, ios, type Theirs } from './contract.ts';
import { type Method, methodOf, satisfies } from './model.ts';
import { pairsMet, spread } from './spread.ts';

/** What our side brings to a pairing; how a person takes part follows from `io`. */
export interface Ours {
  readonly io: Io;
  readonly mitm: boolean | 'preferred';
  readonly secureConnections: boolean | 'preferred';
  readonly bond: boolean;
  readonly give: readonly KeyName[];
  readonly take: readonly KeyName[];
}

export interface Combination {
  /** The name of its row. */
  readonly name: string;
  readonly ours: Ours;
  readonly theirs: Theirs;
  /** Who asks first: the peripheral by a Security Request. */
  readonly begunBy: Role;
  /** Which side has out-of-band data of the other. */
  readonly oob?: 'both' | 'ours' | 'theirs' | undefined;
  /** The foreign side is told to take another key than that of the bond for the next link; and whether that is to fail. */
  readonly wrongKey?: 'fails' | 'is not seen' | undefined;
  /** The first time a wrong passkey is entered, by whom. */
  readonly mistypedBy?: 'ours' | 'theirs' | undefined;
  /** Where its result stands. */
  readonly cell?: { readonly table: string; readonly row: string; readonly column: string } | undefined;
}

const kinds = ['legacy', 'secure'] as const;
const protections = ['nobody', 'ours', 'ours if possible', 'theirs'] as const;

interface Setting {
  readonly kind: (typeof kinds)[number];
  /** Who asks for protection against a man in the middle. */
  readonly protection: (typeof protections)[number];
  readonly initiator: Io;
  readonly responder: Io;
}

const everySetting: readonly Setting[] = kinds.flatMap((kind) =>
  protections.flatMap((protection) =>
    ios.flatMap((responder) => ios.map((initiator) => ({ kind, protection, initiator, responder }))),
  ),
);

const keySets: readonly (readonly KeyName[])[] = [
  // More often what is usual.
  ['encryption', 'identity'],
  ['encryption', 'identity'],
  ['encryption', 'identity'],
  ['encryption', 'identity', 'signing'],
  ['encryption', 'identity', 'signing'],
  ['encryption', 'identity', 'signing'],
  ['encryption'],
  ['identity'],
  ['encryption', 'signing'],
  ['identity', 'signing'],
  ['signing'],
  [],
];

/** Our side does not hide behind private addresses, and so has no identity to give. */
const givenKeySets = keySets.filter((keys) => !keys.includes('identity'));

/** What is not gone through whole. */
const factors = {
  /** Which of the ways to legacy pairing, or to Secure Connections. */
  way: [0, 1, 2],
  begunBy: ['central', 'peripheral'],
  give: givenKeySets,
  take: keySets,
  theirGive: keySets,
  theirTake: keySets,
} as const;

/** Who wants to bond: nearly always both, for keys are kept only then. */
const bonding = ['both', 'both', 'both', 'both', 'both', 'both', 'ours', 'theirs'] as const;

const ways = {
  legacy: [
    { ours: 'preferred', theirs: false },
    { ours: false, theirs: true },
    { ours: false, theirs: false },
  ],
  secure: [
    { ours: 'preferred', theirs: true },
    { ours: true, theirs: true },
    { ours: 'preferred', theirs: true },
  ],
} as const;

const titles = { legacy: 'legacy', secure: 'Secure Connections' } as const;
const ourMitm = { nobody: false, ours: true, 'ours if possible': 'preferred', theirs: false } as const;

const chosen = spread(everySetting, { ...factors, bonding }, ({ kind, protection, bonding: who, ...io }) => {
  const method = methodOf(kind === 'secure', protection !== 'nobody', io.initiator, io.responder);
  return who === 'both' && satisfies(method, ourMitm[protection]);
});

/** Every pair of IO capabilities by either kind of pairing, whoever asks for protection. */
const matrix = (role: Role): Combination[] =>
  chosen.map(({ kind, protection, initiator, responder, way, begunBy, ...keys }) => {
    const table = `${titles[kind]}, protection asked for by ${protection}`;
    const isCentral = role === 'central';
    const wish = ways[kind][way];
    return {
      name: `${table}: ${initiator} with ${responder}`,
      ours: {
        io: isCentral ? initiator : responder,
        mitm: ourMitm[protection],
        secureConnections: wish.ours,
        bond: keys.bonding !== 'theirs',
        give: keys.give,
        take: keys.take,
      },
      theirs: {
        io: isCentral ? responder : initiator,
        mitm: protection === 'theirs',
        secureConnections: wish.theirs,
        bond: keys.bonding !== 'ours',
        give: keys.theirGive,
        take: keys.theirTake,
      },
      begunBy,
      cell: { table, row: responder, column: initiator },
    };
  });

/** How many pairs of values of what is not gone through whole come together where keys are kept. */
export const meetings = pairsMet(
  chosen.filter(({ bonding: who }) => who === 'both'),
  factors,
);

/** Without identities: Bumble's controllers never answer what takes one off their resolving list. */
const keys = ['encryption', 'signing'] as const;
const asked = { io: 'keyboardDisplay', bond: true, give: keys, take: keys } as const;
const ours: Ours = { ...asked, mitm: 'preferred', secureConnections: 'preferred' };
const theirs: Theirs = { ...asked, mitm: true, secureConnections: true };

const single = (
  name: string,
  more: Partial<Omit<Combination, 'ours' | 'theirs'>> & {
    ours?: Partial<Ours>;
    theirs?: Partial<Theirs>;
  } = {},
): Combination => ({
  name,
  begunBy: 'central',
  ...more,
  ours: { ...ours, ...more.ours },
  theirs: { ...theirs, ...more.theirs },
});

/** The methods, by what both sides have to enter and to show. Twenty rounds take seconds on Bumble's controllers: one is enough there. */
const methods: readonly (readonly [Method, Io, Io, ...(typeof kinds)[number][]])[] = [
  ['works', 'noInputNoOutput', 'noInputNoOutput', 'legacy', 'secure'],
  ['I shows', 'displayOnly', 'keyboardOnly', 'legacy'],
  ['R shows', 'keyboardOnly', 'displayOnly', 'legacy', 'secure'],
  ['both enter', 'keyboardOnly', 'keyboardOnly', 'legacy'],
  ['number', 'displayYesNo', 'displayYesNo', 'secure'],
];

const eachMethod = (role: Role): Combination[] =>
  methods.flatMap(([method, initiator, responder, ...by]) =>
    by.map((kind) =>
      single(`${titles[kind]}: ${method}`, {
        ours: { io: role === 'central' ? initiator : responder, secureConnections: kind === 'secure' },
        theirs: { io: role === 'central' ? responder : initiator },
      }),
    ),
  );

const none = { io: 'noInputNoOutput' } as const;

const outOfBand: readonly Combination[] = [
  single('out of band, legacy', {
    oob: 'both',
    ours: { ...none, secureConnections: false },
    theirs: { ...none, secureConnections: false },
  }),
  ...(['both', 'ours', 'theirs'] as const).map((oob) =>
    single(`out of band, data of the other at ${oob === 'both' ? 'both' : oob}`, {
      oob,
      ours: none,
      theirs: none,
    }),
  ),
];

/** A passkey that one side shows and the other mistypes, and the same again as it should be. */
const mistyped = (['legacy', 'secure'] as const).flatMap((kind) =>
  (['ours', 'theirs'] as const).map((mistypedBy) => {
    const shows = { io: 'displayOnly' } as const;
    const enters = { io: 'keyboardOnly' } as const;
    return single(`${titles[kind]}: a passkey that ${mistypedBy} mistypes`, {
      mistypedBy,
      ours: { ...(mistypedBy === 'ours' ? enters : shows), secureConnections: kind === 'secure' },
      theirs: mistypedBy === 'ours' ? shows : enters,
    });
  }),
);

/** Everybody could sign with it. */
const zeroKey = (role: Role): Combination =>
  single('a signing key of zeros is refused', {
    begunBy: role,
    ours: none,
    theirs: { ...none, signsWithZeros: true },
  });

/** Whether controllers look at keys: others are no judges of them. */
const wrongKey = single('another key fails', { wrongKey: 'fails', ours: none, theirs: none });
const unseenKey = single('another key', { wrongKey: 'is not seen', ours: none, theirs: none });

/** All that our side can be asked to go through in a role. */
export const combinationsOf = (role: Role): readonly Combination[] => [
  ...matrix(role),
  ...eachMethod(role),
  ...outOfBand,
  wrongKey,
  unseenKey,
  ...mistyped,
  // What looks like a guess makes the next pairing wait: there is none.
  zeroKey(role),
];

/** On our own controllers everything, on Bumble's each method. Rootcanal does not look at keys, and only shows that. */
export const planOf = ({ central, controllers }: Pair): readonly Combination[] => {
  const role = central === 'jelling' ? 'central' : 'peripheral';
  const singles = [...eachMethod(role), ...outOfBand, wrongKey, zeroKey(role)];
  switch (controllers) {
    case 'jelling':
      return [...matrix(role), ...mistyped, ...singles];
    case 'bumble':
      return singles;
    case 'rootcanal':
      return [unseenKey];
  }
};
