import { expect, test } from 'vitest';
import { IoCapability } from '../../../src/smp/smp-codes.ts';
import { PairingSide, setupOf } from '../../support/pairing-sides.ts';
import { SmpLink, turn } from '../../support/smp-link.ts';

test('P4: a hundred pairings show a hundred passkeys and commit with nonces that nobody has seen', async () => {
  const shown: string[] = [];
  const said: string[] = [];
  const link = new SmpLink({ policy: { ui: { showPasskey: (passkey) => void shown.push(passkey) } } });
  for (let i = 0; i < 100; i++) {
    const peer = new PairingSide(
      setupOf('initiator', {
        ioCapability: IoCapability.keyboardOnly,
        mitm: 'required',
        secureConnections: 'required',
      }),
    );
    peer.begin();
    for (let turns = 0; turns < 3; turns++) {
      for (const command of peer.sent.splice(0)) link.hear(command);
      for (const command of link.takeSaid()) {
        if (command.kind === 'pairingPublicKey') said.push(command.x.join());
        peer.hear(command);
      }
    }
    await turn();
    link.hear({ kind: 'pairingFailed', reason: 8 });
  }
  expect(shown).toHaveLength(100);
  for (const passkey of shown) expect(passkey).toMatch(/^\d{6}$/);
  // Of a hundred out of a million two are equal once in two hundred runs; three never.
  expect(new Set(shown).size).toBeGreaterThanOrEqual(98);
  expect(new Set(said).size).toBe(100);
});
