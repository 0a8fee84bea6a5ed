import { afterEach, describe, expect, test } from 'vitest';
import { Log } from '../../../src/core/log.ts';
import * as commands from '../../../src/smp/codec/smp-commands.ts';
import { PairingRefuser, type Role, verdictOn } from '../../../src/smp/pairing-refuser.ts';
import { PairingFailedReason, pairingFailedReasonName, SmpCode } from '../../../src/smp/smp-codes.ts';
import { FakeChannel } from '../../support/fake-att-channel.ts';
import { fromHex } from '../../support/hex.ts';

const channels: FakeChannel<6>[] = [];
afterEach(() => {
  for (const channel of channels.splice(0)) channel.disconnect();
});

const make = (role: Role) => {
  const channel = new FakeChannel<6>(6);
  channels.push(channel);
  const refuser = new PairingRefuser({ channel, role, log: new Log(), peer: 'the peer' });
  return { channel, refuser };
};

const pairingRequest = fromHex('01 04 00 2d 10 0f 0f');
const securityRequest = fromHex('0b 0d');

describe('always answered', () => {
  test('a peripheral answers Pairing Request with Pairing Not Supported, each time', async () => {
    const { channel, refuser } = make('peripheral');
    for (let i = 0; i < 5; i++) {
      channel.deliver(pairingRequest);
      expect(channel.takeSent()).toEqual(['0505']);
      await Promise.resolve();
    }
    expect(refuser.counters.pairingsRefused).toBe(5);
  });

  test('a central answers Security Request with Pairing Not Supported', () => {
    const { channel } = make('central');
    channel.deliver(securityRequest);
    expect(channel.takeSent()).toEqual(['0505']);
  });

  test('Pairing Failed is never answered, well formed or not', () => {
    for (const role of ['central', 'peripheral'] as const) {
      const { channel, refuser } = make(role);
      for (const hex of ['0505', '05', '050505', '0500', '05ff']) channel.deliver(fromHex(hex));
      expect(channel.takeSent()).toEqual([]);
      expect(refuser.counters.ignoredCommands).toBe(5);
    }
  });

  test('codes reserved for future use are ignored (Vol 3, Part H, 3.3)', () => {
    const { channel, refuser } = make('peripheral');
    for (const code of [0x00, 0x0f, 0x10, 0x7f, 0xff]) channel.deliver([code, 1, 2]);
    channel.deliver([]);
    expect(channel.takeSent()).toEqual([]);
    expect(refuser.counters.ignoredCommands).toBe(6);
  });

  test('what belongs to no pairing is told once', async () => {
    const { channel, refuser } = make('peripheral');
    for (const code of [0x02, 0x03, 0x0c]) {
      const length = commands.smpCommandLengths.get(code) ?? 0;
      channel.deliver(Uint8Array.from({ length }, (_, i) => (i === 0 ? code : 0xaa)));
      await Promise.resolve();
    }
    expect(channel.takeSent()).toEqual(['0507']);
    expect(refuser.counters.strayCommands).toBe(3);
    channel.deliver(pairingRequest);
    expect(channel.takeSent()).toEqual(['0505']);
  });

  test('a wrong length is Invalid Parameters', () => {
    const { channel } = make('peripheral');
    channel.deliver(pairingRequest.subarray(0, 6));
    expect(channel.takeSent()).toEqual(['050a']);
  });

  test('what the other role sends is not supported', () => {
    expect(verdictOn('central', pairingRequest)).toEqual({
      kind: 'stray',
      reason: PairingFailedReason.commandNotSupported,
    });
    expect(verdictOn('peripheral', securityRequest)).toEqual({
      kind: 'stray',
      reason: PairingFailedReason.commandNotSupported,
    });
  });

  test('answers that wait for the controller are bounded', () => {
    const { channel, refuser } = make('peripheral');
    channel.stall();
    for (let i = 0; i < 50; i++) channel.deliver(pairingRequest);
    expect(channel.waiting).toBe(4);
    expect(refuser.counters.answersDropped).toBe(46);
    channel.resume();
  });

  test('on a link that ends meanwhile nothing is thrown', async () => {
    const { channel } = make('peripheral');
    channel.stall();
    channel.deliver(pairingRequest);
    channel.disconnect();
    await Promise.resolve();
    channel.deliver(pairingRequest);
    await Promise.resolve();
    expect(channel.sent).toEqual([]);
  });
});

test('the table of lengths agrees with the tables of the commands', () => {
  const tables = [
    commands.PairingRequest,
    commands.PairingResponse,
    commands.PairingConfirm,
    commands.PairingRandom,
    commands.PairingFailed,
    commands.EncryptionInformation,
    commands.CentralIdentification,
    commands.IdentityInformation,
    commands.IdentityAddressInformation,
    commands.SigningInformation,
    commands.SecurityRequest,
    commands.PairingPublicKey,
    commands.PairingDhKeyCheck,
    commands.PairingKeypressNotification,
  ];
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
