import { describe, expect, test } from 'vitest';
import { generateKeyPair } from '../../../src/crypto/p256.ts';
import { randomBytes } from '../../../src/crypto/random.ts';
import { f4 } from '../../../src/crypto/toolbox.ts';
import type { PairingChoices } from '../../../src/smp/pairing/pairing-choices.ts';
import type { PairingMethod } from '../../../src/smp/pairing/pairing-method.ts';
import { passkeyText } from '../../../src/smp/pairing/passkey.ts';
import { IoCapability, PairingFailedReason } from '../../../src/smp/smp-codes.ts';
import { PairingSide, setupOf, talk } from '../../support/pairing-sides.ts';

const pair = (
  a: Partial<PairingChoices>,
  b: Partial<PairingChoices>,
  typing?: (passkey: number) => number,
) => {
  const initiator = new PairingSide(setupOf('initiator', a));
  const responder = new PairingSide(setupOf('responder', b));
  talk(initiator, responder, typing);
  return { initiator, responder };
};

const capabilities = Object.entries(IoCapability);

// Written down from Table 2.8 of Vol 3, Part H, 2.3.5.1: rows are responders, columns initiators. J: Just Works, I: the initiator shows and the
// responder enters, R: the other way round, B: both enter, N: Numeric Comparison.
const table = {
  legacy: ['JJRJR', 'JJRJR', 'IIBJI', 'JJJJJ', 'IIRJI'],
  secure: ['JJRJR', 'JNRJN', 'IIBJI', 'JJJJJ', 'INRJN'],
};
const letters: Record<string, PairingMethod> = {
  J: 'justWorks',
  I: 'passkeyShownByInitiator',
  R: 'passkeyShownByResponder',
  B: 'passkeyEnteredByBoth',
  N: 'numericComparison',
};

const cells = (['legacy', 'secure'] as const).flatMap((kind) =>
  capabilities.flatMap(([responder, responderIo], row) =>
    capabilities.map(([initiator, initiatorIo], column) => ({
      kind,
      responder,
      initiator,
      responderIo,
      initiatorIo,
      method: letters[table[kind][row]?.[column] ?? ''],
    })),
  ),
);

describe('every pair of IO capabilities', () => {
  test.each(cells)(
    '$kind, $initiator with $responder: $method',
    ({ kind, initiatorIo, responderIo, method }) => {
      const secureConnections = kind === 'secure' ? 'required' : 'never';
      const side = { secureConnections, mitm: 'preferred' } as const;
      const { initiator, responder } = pair(
        { ...side, ioCapability: initiatorIo },
        { ...side, ioCapability: responderIo },
      );
      expect(initiator.failure).toBeUndefined();
      expect(initiator.outcome?.terms.method).toBe(method);
      expect(responder.outcome?.terms.method).toBe(method);
      expect(initiator.key).toBe(responder.key);
      expect(initiator.outcome?.peer.irk).toEqual(responder.setup.local.irk);
      expect(responder.outcome?.peer.irk).toEqual(initiator.setup.local.irk);
      expect(responder.outcome?.own.ltk).toEqual(initiator.outcome?.peer.ltk);
      expect(responder.outcome?.peer.csrk).toEqual(initiator.outcome?.own.csrk);
    },
  );

  test.each(cells.filter(({ method }) => method === 'justWorks'))(
    '$kind, $initiator with $responder cannot be had where protection is required',
    ({ kind, initiatorIo, responderIo }) => {
      const secureConnections = kind === 'secure' ? 'required' : 'never';
      const needs = { secureConnections, mitm: 'required' } as const;
      const takes = { secureConnections, mitm: 'never' } as const;
      for (const [a, b] of [
        [needs, takes],
        [takes, needs],
      ]) {
        const { initiator, responder } = pair(
          { ...a, ioCapability: initiatorIo },
          { ...b, ioCapability: responderIo },
        );
        for (const side of [initiator, responder]) {
          expect(side.failure?.reason).toBe(PairingFailedReason.authenticationRequirements);
          expect(side.key).toBeUndefined();
        }
      }
    },
  );

  test.each(cells.filter(({ method }) => method?.startsWith('passkey')))(
    '$kind, $initiator with $responder: a wrong passkey is told by its confirm value',
    ({ kind, initiatorIo, responderIo }) => {
      const side = { secureConnections: kind === 'secure' ? 'required' : 'never', mitm: 'required' } as const;
      let times = 0;
      const { initiator, responder } = pair(
        { ...side, ioCapability: initiatorIo },
        { ...side, ioCapability: responderIo },
        (passkey) => (times++ === 0 ? (passkey + 1) % 1_000_000 : passkey),
      );
      for (const { failure, outcome, key } of [initiator, responder]) {
        expect(failure?.reason).toBe(PairingFailedReason.confirmValueFailed);
        expect(outcome).toBeUndefined();
        expect(key).toBeUndefined();
      }
      expect([initiator.failure?.origin, responder.failure?.origin].sort()).toEqual(['local', 'peer']);
    },
  );
});

describe('out of band', () => {
  test('legacy: both share a temporary key', () => {
    const temporaryKey = randomBytes(16);
    const side = { secureConnections: 'never', oob: { temporaryKey } } as const;
    const { initiator, responder } = pair(side, side);
    expect(initiator.outcome?.terms.method).toBe('outOfBand');
    expect(initiator.key).toBe(responder.key);
    const other = { ...side, oob: { temporaryKey: randomBytes(16) } };
    expect(pair(side, other).responder.failure?.reason).toBe(PairingFailedReason.confirmValueFailed);
  });

  test('legacy: where only one side has it, IO capabilities decide', () => {
    const oob = { temporaryKey: randomBytes(16) };
    const { initiator } = pair({ secureConnections: 'never', oob }, { secureConnections: 'never' });
    expect(initiator.outcome?.terms.method).toBe('justWorks');
  });

  /** Data as a side makes them, and as the other is given them. */
  const make = () => {
    const keyPair = generateKeyPair();
    const random = randomBytes(16);
    const { x } = keyPair.publicKey;
    return { own: { keyPair, random }, given: { random, confirm: f4(x, x, random, 0) } };
  };

  test.each([
    [true, true],
    [true, false],
    [false, true],
  ])('Secure Connections: the initiator has data %s, the responder %s', (initiatorHas, responderHas) => {
    const a = make();
    const b = make();
    const sides = () => {
      const initiator = new PairingSide({
        ...setupOf('initiator', { oob: { own: a.own, peer: initiatorHas ? b.given : undefined } }),
      });
      const responder = new PairingSide({
        ...setupOf('responder', { oob: { own: b.own, peer: responderHas ? a.given : undefined } }),
      });
      return {
        initiator: withKeys(initiator, a.own.keyPair),
        responder: withKeys(responder, b.own.keyPair),
      };
    };
    const { initiator, responder } = sides();
    talk(initiator, responder);
    expect(initiator.failure).toBeUndefined();
    expect(initiator.outcome?.terms.method).toBe('outOfBand');
    expect(initiator.key).toBe(responder.key);
  });

  const withKeys = (side: PairingSide, keyPair: ReturnType<typeof generateKeyPair>): PairingSide =>
    new PairingSide({ ...side.setup, material: { ...side.setup.material, keyPair } });

  test('Secure Connections: a public key other than was told of fails, whoever notices', () => {
    const a = make();
    const b = make();
    const wrong = make();
    for (const [ofInitiator, ofResponder] of [
      [wrong.given, a.given],
      [b.given, wrong.given],
    ]) {
      const initiator = withKeys(
        new PairingSide(setupOf('initiator', { oob: { own: a.own, peer: ofInitiator } })),
        a.own.keyPair,
      );
      const responder = withKeys(
        new PairingSide(setupOf('responder', { oob: { own: b.own, peer: ofResponder } })),
        b.own.keyPair,
      );
      talk(initiator, responder);
      expect(initiator.failure?.reason).toBe(PairingFailedReason.confirmValueFailed);
      expect(responder.key).toBeUndefined();
    }
  });

  test('Secure Connections: a peer that claims data which it was never given is refused', () => {
    const claims = make();
    const { initiator } = pair({}, { oob: { peer: claims.given } });
    expect(initiator.failure).toMatchObject({ reason: PairingFailedReason.oobNotAvailable, origin: 'local' });
  });
});

describe('keys', () => {
  test('are as long as the smaller side allows, in either kind of pairing', () => {
    for (const secureConnections of ['required', 'never'] as const) {
      const { initiator, responder } = pair(
        { secureConnections, minKeySize: 7, maxKeySize: 10 },
        { secureConnections, minKeySize: 7, maxKeySize: 16 },
      );
      expect(initiator.outcome?.terms.keySize).toBe(10);
      expect(initiator.key).toBe(responder.key);
      expect(initiator.key).toMatch(/^0{12}[0-9a-f]{20}$/);
      if (secureConnections === 'never')
        expect(initiator.outcome?.peer.ltk?.value.subarray(0, 6)).toEqual(new Uint8Array(6));
    }
  });

  test('that would be too short are refused', () => {
    const { initiator, responder } = pair({ minKeySize: 7, maxKeySize: 15 }, {});
    expect(responder.failure).toMatchObject({
      reason: PairingFailedReason.encryptionKeySize,
      origin: 'local',
    });
    expect(initiator.failure).toMatchObject({
      reason: PairingFailedReason.encryptionKeySize,
      origin: 'peer',
    });
  });

  test.each([
    { give: 0, take: 0 },
    { give: 1, take: 2 },
    { give: 2, take: 4 },
    { give: 4, take: 1 },
    { give: 15, take: 15 },
  ])('are distributed as both want: $give and $take', ({ give, take }) => {
    for (const secureConnections of ['required', 'never'] as const) {
      const { initiator, responder } = pair({ secureConnections, give, take }, { secureConnections });
      const encKey = secureConnections === 'never' ? 1 : 0;
      const given = initiator.outcome?.peer;
      const back = responder.outcome?.peer;
      expect([given?.ltk, given?.irk, given?.csrk].map((key) => key !== undefined)).toEqual([
        (take & encKey) !== 0,
        (take & 2) !== 0,
        (take & 4) !== 0,
      ]);
      expect([back?.ltk, back?.irk, back?.csrk].map((key) => key !== undefined)).toEqual([
        (give & encKey) !== 0,
        (give & 2) !== 0,
        (give & 4) !== 0,
      ]);
    }
  });
});

test('a passkey is shown with six digits', () => {
  expect(passkeyText(42)).toBe('000042');
  expect(passkeyText(999_999)).toBe('999999');
});

test('entry of a passkey is told where both want it, and refused where they do not', () => {
  const keyboard = { ioCapability: IoCapability.keyboardOnly, mitm: 'required' } as const;
  const display = { ioCapability: IoCapability.displayOnly, mitm: 'required' } as const;
  for (const keypress of [true, false]) {
    const initiator = new PairingSide(setupOf('initiator', { ...display, keypress: true }));
    const responder = new PairingSide(setupOf('responder', { ...keyboard, keypress }));
    initiator.begin();
    for (let i = 0; i < 3; i++) {
      for (const command of initiator.sent.splice(0)) responder.hear(command);
      for (const command of responder.sent.splice(0)) initiator.hear(command);
    }
    const told = () =>
      initiator
        .takeActions()
        .flatMap((action) => (action.kind === 'peerKeypress' ? [action.notification] : []));
    expect(told()).toEqual(keypress ? [0] : []);
    responder.input({ kind: 'keypress', notification: 1 });
    expect(responder.sent.map(({ kind }) => kind)).toEqual(keypress ? ['pairingKeypressNotification'] : []);
    initiator.hear({ kind: 'pairingKeypressNotification', notificationType: 1 });
    expect(initiator.failure?.reason).toBe(keypress ? undefined : PairingFailedReason.unspecifiedReason);
  }
});
