import { describe, expect, test } from 'vitest';
import { HciError, SmpError } from '../../../src/core/errors.ts';
import * as commands from '../../../src/smp/codec/smp-commands.ts';
import { PairingFailedReason, pairingFailedReasonName, SmpCode } from '../../../src/smp/smp-codes.ts';
import { secureBond } from '../../support/bonds.ts';
import { fromHex } from '../../support/hex.ts';
import { central, peripheral, SmpLink, turn } from '../../support/smp-link.ts';

const pairingRequest = fromHex('01 03 00 0d 10 03 03');
const securityRequest = fromHex('0b 0d');

describe('always answered', () => {
  test('a peripheral that lets nobody pair says so, each time', () => {
    const { channel, manager } = new SmpLink();
    for (let i = 0; i < 5; i++) {
      channel.deliver(pairingRequest);
      expect(channel.takeSent()).toEqual(['0505']);
    }
    expect(manager.counters.pairingsRefused).toBe(5);
  });

  test('a central that has no bond and lets nobody pair says so', () => {
    const { channel } = new SmpLink({ role: 'central' });
    channel.deliver(securityRequest);
    expect(channel.takeSent()).toEqual(['0505']);
  });

  test('Pairing Failed is never answered, well formed or not', () => {
    for (const role of ['central', 'peripheral'] as const) {
      const { channel } = new SmpLink({ role });
      for (const hex of ['0505', '05', '050505', '0500', '05ff']) channel.deliver(fromHex(hex));
      expect(channel.takeSent()).toEqual([]);
    }
  });

  test('codes reserved for future use are ignored (Vol 3, Part H, 3.3)', () => {
    const { channel, manager } = new SmpLink({ policy: {} });
    for (const code of [0x00, 0x0f, 0x10, 0x7f, 0xff]) channel.deliver([code, 1, 2]);
    channel.deliver([]);
    expect(channel.takeSent()).toEqual([]);
    expect(manager.counters.ignoredCommands).toBe(6);
  });

  test('what belongs to no pairing is told once', () => {
    const { channel, manager } = new SmpLink();
    for (const code of [0x02, 0x03, 0x0c]) {
      const length = commands.smpCommandLengths.get(code) ?? 0;
      channel.deliver(Uint8Array.from({ length }, (_, i) => (i === 0 ? code : 0xaa)));
    }
    expect(channel.takeSent()).toEqual(['0507']);
    expect(manager.counters.strayCommands).toBe(3);
    channel.deliver(pairingRequest);
    expect(channel.takeSent()).toEqual(['0505']);
  });

  test('a wrong length is Invalid Parameters', () => {
    const { channel } = new SmpLink();
    channel.deliver(pairingRequest.subarray(0, 6));
    expect(channel.takeSent()).toEqual(['050a']);
  });

  test('what the other role sends is not supported', () => {
    const links = [
      [new SmpLink({ role: 'central', policy: {} }), pairingRequest],
      [new SmpLink({ policy: {} }), securityRequest],
    ] as const;
    for (const [{ channel }, command] of links) {
      channel.deliver(command);
      expect(channel.takeSent()).toEqual(['0507']);
    }
  });

  test('answers that wait for the controller are bounded', () => {
    const { channel, manager } = new SmpLink();
    channel.stall();
    for (let i = 0; i < 50; i++) channel.deliver(pairingRequest);
    expect(channel.waiting).toBe(16);
    expect(manager.counters.commandsDropped).toBe(34);
    channel.resume();
  });
});

describe('who may pair', () => {
  test('the policy is asked for each pairing, and may say no, or fail', () => {
    const asked: string[] = [];
    const link = new SmpLink({
      policy: {
        accept: ({ address }) => {
          asked.push(address);
          return false;
        },
      },
    });
    link.channel.deliver(pairingRequest);
    expect(link.takeFailures()).toEqual([PairingFailedReason.pairingNotSupported]);
    link.policy = {
      accept: () => {
        throw new Error('a mistake of the program');
      },
    };
    link.channel.deliver(pairingRequest);
    link.policy = { pairable: false };
    link.channel.deliver(pairingRequest);
    link.policy = { minKeySize: 99 };
    link.channel.deliver(pairingRequest);
    expect(link.takeFailures()).toEqual([5, 5, 5]);
    expect(asked).toEqual([central.address]);
    link.policy = {};
    link.channel.deliver(pairingRequest);
    expect(link.takeSaid()).toMatchObject([{ kind: 'pairingResponse' }]);
  });

  test('the user is asked where nothing else would show that somebody pairs', async () => {
    for (const answer of [true, false]) {
      const prompts: unknown[] = [];
      const link = new SmpLink({
        policy: {
          ui: {
            confirm: (prompt) => {
              prompts.push({ ...prompt, signal: prompt.signal.aborted });
              return answer;
            },
          },
        },
      });
      link.channel.deliver(pairingRequest);
      expect(link.takeSaid()).toEqual([]);
      await turn();
      expect(link.takeSaid()).toMatchObject([
        answer ? { kind: 'pairingResponse' } : { kind: 'pairingFailed', reason: 8 },
      ]);
      expect(prompts).toMatchObject([
        { address: central.address, method: 'justWorks', incoming: true, replacesBond: false, signal: false },
      ]);
    }
  });
});

describe('a central that pairs where it is asked for the key of its bond', () => {
  const weak = secureBond(central, 1, { authenticated: false });
  const justWorks = fromHex('01 03 00 09 10 00 00');
  const deliverTo = (link: SmpLink): void => {
    link.manager.encrypt({}).catch(() => undefined);
    link.channel.takeSent();
    link.channel.deliver(justWorks);
  };

  test('gets no new bond where nobody is asked', () => {
    const link = new SmpLink({ bonds: [weak], policy: {} });
    deliverTo(link);
    expect(link.takeFailures()).toEqual([PairingFailedReason.pairingNotSupported]);
  });

  test('may pair where the program has a say, and where it was not asked for the key', () => {
    const accepting = new SmpLink({ bonds: [weak], policy: { accept: () => true } });
    deliverTo(accepting);
    expect(accepting.takeSaid()).toMatchObject([{ kind: 'pairingResponse' }]);
    const unasked = new SmpLink({ bonds: [weak], policy: {} });
    unasked.channel.deliver(justWorks);
    expect(unasked.takeSaid()).toMatchObject([{ kind: 'pairingResponse' }]);
  });

  test('may pair where a person takes part', async () => {
    const confirming = new SmpLink({ bonds: [weak], policy: { ui: { confirm: () => true } } });
    deliverTo(confirming);
    await turn();
    expect(confirming.takeSaid()).toMatchObject([{ kind: 'pairingResponse' }]);
    const entering = new SmpLink({ bonds: [weak], policy: { ui: { enterPasskey: () => 1 } } });
    entering.manager.encrypt({}).catch(() => undefined);
    entering.channel.takeSent();
    entering.channel.deliver(fromHex('01 00 00 0d 10 00 00'));
    expect(entering.takeSaid()).toMatchObject([{ kind: 'pairingResponse' }]);
  });
});

describe('keys for the controller', () => {
  const bond = secureBond(central, 1);

  test('a key of a bond is found by EDIV and Rand', () => {
    const link = new SmpLink({ bonds: [bond] });
    link.manager.keyRequested({ ediv: 0, rand: new Uint8Array(8) });
    link.manager.keyRequested({ ediv: 1, rand: new Uint8Array(8) });
    link.manager.keyRequested({ ediv: 0, rand: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1) });
    expect(link.answers).toEqual([bond.localKey?.value, undefined, undefined]);
    expect(link.manager.counters.keysMissing).toBe(2);
  });

  test('the link counts as encrypted by the event, with what is known of the key', () => {
    const link = new SmpLink({ bonds: [bond] });
    link.manager.keyRequested({ ediv: 0, rand: new Uint8Array(8) });
    expect(link.manager.protection).toMatchObject({ encrypted: false, bonded: true, keySize: 0 });
    link.manager.encryptionChanged(undefined);
    expect(link.manager.protection).toEqual({
      encrypted: true,
      authenticated: true,
      secureConnections: true,
      keySize: 16,
      bonded: true,
    });
    link.manager.encryptionChanged(new Error('refresh failed'));
    expect(link.manager.protection.encrypted).toBe(false);
  });

  test('an encryption that nobody gave a key for protects nothing', () => {
    const link = new SmpLink({ bonds: [bond] });
    link.manager.encryptionChanged(undefined);
    expect(link.manager.protection.encrypted).toBe(false);
    link.manager.keyRequested({ ediv: 7, rand: new Uint8Array(8) });
    link.manager.encryptionChanged(undefined);
    expect(link.manager.protection.encrypted).toBe(false);
  });
});

describe('encrypt()', () => {
  const bond = secureBond(peripheral, 2);

  test('as central: with the key of the bond, once for all who wait', async () => {
    const link = new SmpLink({ role: 'central', bonds: [bond] });
    const all = [link.manager.encrypt({}), link.manager.encrypt({})];
    expect(link.enabled).toEqual([bond.peerKey]);
    link.manager.encryptionChanged(undefined);
    await Promise.all(all);
    await link.manager.encrypt({});
    expect(link.enabled).toHaveLength(1);
  });

  test('as central: what the controller says is what it rejects with, and it may be tried again', async () => {
    const link = new SmpLink({ role: 'central', bonds: [bond] });
    const error = new HciError('PIN or Key Missing', 6, 0x2019);
    const failing = link.manager.encrypt({});
    link.manager.encryptionChanged(error);
    await expect(failing).rejects.toBe(error);
    const again = link.manager.encrypt({});
    link.manager.encryptionChanged(undefined);
    await again;
  });

  test('as central: a controller that refuses the command', async () => {
    const error = new HciError('Command Disallowed', 0x0c, 0x2019);
    const link = new SmpLink({
      role: 'central',
      bonds: [bond],
      more: { encryption: { enable: () => Promise.reject(error), answer: () => undefined } },
    });
    await expect(link.manager.encrypt({})).rejects.toBe(error);
  });

  test('as peripheral: by asking the central, which may refuse', async () => {
    const link = new SmpLink({ bonds: [secureBond(central, 3)] });
    const encrypting = link.manager.encrypt({});
    expect(link.takeSaid()).toEqual([{ kind: 'securityRequest', authReq: 0x0d }]);
    link.manager.keyRequested({ ediv: 0, rand: new Uint8Array(8) });
    link.manager.encryptionChanged(undefined);
    await encrypting;
    link.manager.encryptionChanged(new Error('lost'));
    const refused = link.manager.encrypt({});
    link.hear({ kind: 'pairingFailed', reason: 5 });
    await expect(refused).rejects.toBeInstanceOf(SmpError);
  });

  test('as peripheral: of a central that pairs instead it says that the bond is lost', async () => {
    const link = new SmpLink({ bonds: [secureBond(central, 3)] });
    const encrypting = link.manager.encrypt({});
    link.channel.takeSent();
    link.channel.deliver(pairingRequest);
    await expect(encrypting).rejects.toMatchObject({ status: 6, message: /has lost the bond/ });
    expect(link.takeFailures()).toEqual([PairingFailedReason.pairingNotSupported]);
  });

  test('needs a bond', async () => {
    await expect(new SmpLink().manager.encrypt({})).rejects.toThrow(
      'there is no bond with it, pair with it first',
    );
  });

  test('ends with its deadline, and with the link', async () => {
    const link = new SmpLink({ role: 'central', bonds: [bond] });
    await expect(link.clock.run(link.manager.encrypt({ timeoutMs: 10 }))).rejects.toThrow(
      'timed out after 10 ms',
    );
    const lost = link.manager.encrypt({});
    link.end();
    await expect(lost).rejects.toThrow('the link was lost');
  });
});

test('the table of lengths agrees with the tables of the commands', () => {
  const tables = Object.values(commands.smpCommands);
  expect(tables.map(({ code }) => code)).toEqual(Object.values(SmpCode));
  expect([...commands.smpCommandLengths.keys()]).toEqual(Object.values(SmpCode));
  for (const table of tables) {
    const length = commands.smpCommandLengths.get(table.code) ?? 0;
    const zeros = new Uint8Array(length);
    expect(table.encode(table.decode(zeros, 1) as never)).toHaveLength(length - 1);
    expect(() => table.decode(new Uint8Array(length + 1), 1)).toThrow(table.name);
    expect(() => table.decode(new Uint8Array(length - 1), 1)).toThrow(table.name);
  }
});

test('reasons have their names', () => {
  expect(pairingFailedReasonName(0x05)).toBe('Pairing Not Supported (0x05)');
  expect(pairingFailedReasonName(0x10)).toBe('Busy (0x10)');
  expect(pairingFailedReasonName(0x77)).toBe('reserved reason 0x77');
});
