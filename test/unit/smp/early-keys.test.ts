import { describe, expect, test } from 'vitest';
import type { SmpCommand } from '../../../src/smp/codec/smp-commands.ts';
import { KeyDistribution, PairingFailedReason } from '../../../src/smp/smp-codes.ts';
import { keyOf } from '../../support/bonds.ts';
import { PairingSide, setupOf } from '../../support/pairing-sides.ts';
import { SmpLink, turn } from '../../support/smp-link.ts';

const LAG_MS = 4;
const modes = [
  { role: 'peripheral', secureConnections: true },
  { role: 'peripheral', secureConnections: false },
  { role: 'central', secureConnections: true },
  { role: 'central', secureConnections: false },
] as const;

/** A pairing of which nothing is missing but the encryption; the controller has the key. The peer gives its identity, and its long-term key in LE legacy pairing. */
const atEncryption = async ({ role, secureConnections }: (typeof modes)[number], eventLagMs = LAG_MS) => {
  const link = new SmpLink({ role, policy: { secureConnections }, more: { eventLagMs } });
  const keys = secureConnections ? KeyDistribution.idKey : KeyDistribution.encKey | KeyDistribution.idKey;
  const mine = { secureConnections: secureConnections ? 'required' : 'never', give: keys, take: 0 } as const;
  const peer = new PairingSide(setupOf(role === 'central' ? 'responder' : 'initiator', mine));
  const paired = role === 'central' ? link.manager.pair({ secureConnections }, {}) : undefined;
  paired?.catch(() => undefined);
  await link.clock.advance(0);
  if (role === 'peripheral') peer.begin();
  for (let i = 0; i < 8; i++) {
    for (const command of peer.sent.splice(0)) link.hear(command);
    for (const command of link.takeSaid()) peer.hear(command);
  }
  if (role === 'peripheral') link.manager.keyRequested({ ediv: 0, rand: new Uint8Array(8) });
  expect(link.answers.length + link.enabled.length).toBe(1);
  const { address: bdAddr } = peer.setup.local;
  const given: SmpCommand[] = [
    { kind: 'identityInformation', identityResolvingKey: keyOf(8) },
    { kind: 'identityAddressInformation', bdAddr, addressType: Number(role === 'central') },
  ];
  if (!secureConnections) {
    given.unshift(
      { kind: 'encryptionInformation', longTermKey: keyOf(9) },
      { kind: 'centralIdentification', ediv: 5, rand: keyOf(3).slice(0, 8) },
    );
  }
  return { link, given, paired };
};

describe.each(modes)('keys for a $role (Secure Connections: $secureConnections)', (mode) => {
  test.each([0, 1, LAG_MS - 1])(
    'that come before the event of their encryption wait %i ms for it',
    async (ms) => {
      const { link, given } = await atEncryption(mode);
      for (const command of given) link.hear(command);
      await link.clock.advance(ms);
      expect(link.takeSaid()).toEqual([]);
      expect(link.manager.protection.encrypted).toBe(false);
      link.manager.encryptionChanged(undefined);
      await turn();
      expect(link.bonds).toHaveLength(1);
      expect(link.manager.counters.earlyKeysExpired).toBe(0);
      await link.clock.advance(2 * LAG_MS);
      expect(link.manager.protection.encrypted).toBe(true);
    },
  );

  test('that no such event follows in time came in plain, and end the pairing', async () => {
    const { link, given } = await atEncryption(mode);
    for (const command of given.slice(0, 1)) link.hear(command);
    await link.clock.advance(LAG_MS);
    expect(link.takeFailures()).toEqual([PairingFailedReason.unspecifiedReason]);
    expect(link.manager.counters.earlyKeysExpired).toBe(1);
    link.manager.encryptionChanged(undefined);
    for (const command of given) link.hear(command);
    await turn();
    expect(link.bonds).toEqual([]);
  });

  test('that are read in the turn in which their time is up are followed by what was read with them', async () => {
    const { link, given } = await atEncryption(mode);
    // The loop is held up: the timer runs first, and the event lies there.
    for (const command of given) link.hear(command);
    link.clock.after(LAG_MS, () => link.manager.encryptionChanged(undefined));
    await link.clock.advance(LAG_MS);
    await turn();
    expect(link.bonds).toHaveLength(1);
  });

  test('are not taken where the encryption fails', async () => {
    const { link, given } = await atEncryption(mode);
    for (const command of given) link.hear(command);
    link.manager.encryptionChanged(new Error('MIC'));
    await link.clock.advance(2 * LAG_MS);
    expect(link.bonds).toEqual([]);
    expect(link.manager.counters.earlyKeysExpired).toBe(0);
  });

  test('do not wait where everything comes in order', async () => {
    const { link, given } = await atEncryption(mode, 0);
    for (const command of given.slice(0, 1)) link.hear(command);
    expect(link.takeFailures()).toEqual([PairingFailedReason.unspecifiedReason]);
  });

  test('are bounded, and gone with the link', async () => {
    const { link, given } = await atEncryption(mode);
    for (let i = 0; i < 7; i++) link.hear(given[0] as SmpCommand);
    expect(link.manager.counters.earlyKeysDropped).toBe(2);
    link.end();
    expect(link.clock.pending).toBe(0);
  });
});

test('keys that come before the controller has the key of the encryption came in plain', async () => {
  const link = new SmpLink({ policy: { secureConnections: false }, more: { eventLagMs: LAG_MS } });
  const peer = new PairingSide(setupOf('initiator', { secureConnections: 'never', give: 1, take: 0 }));
  peer.begin();
  for (let i = 0; i < 4; i++) {
    for (const command of peer.sent.splice(0)) link.hear(command);
    for (const command of link.takeSaid()) peer.hear(command);
  }
  link.hear({ kind: 'encryptionInformation', longTermKey: keyOf(9) });
  expect(link.takeFailures()).toEqual([PairingFailedReason.unspecifiedReason]);
});
