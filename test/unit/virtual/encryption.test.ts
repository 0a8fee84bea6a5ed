import { describe, expect, it } from 'vitest';
import { HciCommand } from '../../../src/hci/codec/commands.ts';
import { HciEvent } from '../../../src/hci/codec/events.ts';
import { connected, type Pair, settle } from './test-host.ts';

const KEY = Uint8Array.from({ length: 16 }, (_, i) => i);
const OTHER_KEY = Uint8Array.from({ length: 16 }, (_, i) => 0x80 | i);
const RAND = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);

const enable = ({ central, centralHandle }: Pair, key = KEY): Promise<{ readonly status: number }> =>
  central.command(HciCommand.leEnableEncryption, {
    connectionHandle: centralHandle,
    randomNumber: RAND,
    encryptedDiversifier: 0x1234,
    longTermKey: key,
  });

const reply = ({ peripheral, peripheralHandle }: Pair, key = KEY) =>
  peripheral.command(HciCommand.leLongTermKeyRequestReply, {
    connectionHandle: peripheralHandle,
    longTermKey: key,
  });

const refuse = ({ peripheral, peripheralHandle }: Pair) =>
  peripheral.command(HciCommand.leLongTermKeyRequestNegativeReply, { connectionHandle: peripheralHandle });

const encrypt = async (pair: Pair): Promise<void> => {
  await enable(pair);
  pair.peripheral.event(HciEvent.leLongTermKeyRequest);
  await reply(pair);
  await settle();
  for (const host of [pair.central, pair.peripheral]) {
    expect(
      host.maybe(HciEvent.encryptionChange) ?? host.event(HciEvent.encryptionKeyRefreshComplete),
    ).toMatchObject({
      status: 0,
    });
  }
};

describe('encryption of a link', () => {
  it('1. the peripheral host is asked by rand and ediv, and equal keys encrypt both sides', () =>
    connected(async (pair) => {
      expect(await enable(pair)).toEqual({ status: 0 });
      expect(pair.peripheral.event(HciEvent.leLongTermKeyRequest)).toEqual({
        connectionHandle: pair.peripheralHandle,
        randomNumber: RAND,
        encryptedDiversifier: 0x1234,
      });
      expect(pair.central.packets).toEqual([]);
      expect(await reply(pair)).toEqual({ status: 0, connectionHandle: pair.peripheralHandle });
      await settle();
      for (const host of [pair.central, pair.peripheral]) {
        expect(host.event(HciEvent.encryptionChange)).toMatchObject({ status: 0, encryptionEnabled: 1 });
      }
    }));

  it('2. different keys end both links with 0x3D and nobody hears of encryption', () =>
    connected(async (pair) => {
      await enable(pair);
      await reply(pair, OTHER_KEY);
      await settle();
      for (const host of [pair.central, pair.peripheral]) {
        expect(host.event(HciEvent.disconnectionComplete)).toMatchObject({ status: 0, reason: 0x3d });
        expect(host.maybe(HciEvent.encryptionChange)).toBeUndefined();
      }
    }));

  it('3. a negative reply is Encryption Change 0x06 at the central; the link stays and carries data', () =>
    connected(async (pair) => {
      await enable(pair);
      expect(await refuse(pair)).toEqual({ status: 0, connectionHandle: pair.peripheralHandle });
      await settle();
      expect(pair.central.event(HciEvent.encryptionChange)).toEqual({
        status: 0x06,
        connectionHandle: pair.centralHandle,
        encryptionEnabled: 0,
      });
      expect(pair.peripheral.maybe(HciEvent.encryptionChange)).toBeUndefined();
      pair.central.sendData(pair.centralHandle, Uint8Array.of(1));
      pair.peripheral.sendData(pair.peripheralHandle, Uint8Array.of(2));
      await settle();
      expect(pair.peripheral.data()).toHaveLength(1);
      expect(pair.central.data()).toHaveLength(1);
      // And it may be tried again.
      pair.peripheral.packets.length = 0;
      pair.central.packets.length = 0;
      await encrypt(pair);
    }));

  it('4. a host that masks the request is taken to have no key', () =>
    connected(async (pair) => {
      await pair.peripheral.ok(HciCommand.leSetEventMask, { leEventMask: 0xffff_ffefn });
      await enable(pair);
      await settle();
      expect(pair.central.event(HciEvent.encryptionChange)).toMatchObject({ status: 0x06 });
    }));

  it('5. a reply without a request, and on the wrong side, is disallowed', () =>
    connected(async (pair) => {
      expect(await reply(pair)).toMatchObject({ status: 0x0c });
      expect(await refuse(pair)).toMatchObject({ status: 0x0c });
      const unknown = { connectionHandle: 0x0eee, longTermKey: KEY };
      expect(await pair.peripheral.command(HciCommand.leLongTermKeyRequestReply, unknown)).toMatchObject({
        status: 0x02,
      });
      await enable(pair);
      await reply(pair);
      expect(await reply(pair)).toMatchObject({ status: 0x0c });
    }));

  it('6. a peripheral may not begin, and nobody begins twice at once', () =>
    connected(async (pair) => {
      const fromPeripheral = {
        connectionHandle: pair.peripheralHandle,
        randomNumber: RAND,
        encryptedDiversifier: 0,
        longTermKey: KEY,
      };
      expect(await pair.peripheral.command(HciCommand.leEnableEncryption, fromPeripheral)).toEqual({
        status: 0x0c,
      });
      expect(await enable(pair)).toEqual({ status: 0 });
      expect(await enable(pair)).toEqual({ status: 0x0c });
    }));

  it('7. data waits while the key is being agreed, and passes in order afterwards', () =>
    connected(async (pair) => {
      await enable(pair);
      pair.central.sendData(pair.centralHandle, Uint8Array.of(1));
      pair.peripheral.sendData(pair.peripheralHandle, Uint8Array.of(2));
      await settle();
      expect(pair.peripheral.data()).toEqual([]);
      expect(pair.central.data()).toEqual([]);
      await reply(pair);
      await settle();
      expect(pair.peripheral.data()).toMatchObject([{ data: '01' }]);
      expect(pair.central.data()).toMatchObject([{ data: '02' }]);
    }));

  it('8. a link that is encrypted gets a new key by a refresh', () =>
    connected(async (pair) => {
      await encrypt(pair);
      await enable(pair, OTHER_KEY);
      pair.peripheral.event(HciEvent.leLongTermKeyRequest);
      await reply(pair, OTHER_KEY);
      await settle();
      for (const host of [pair.central, pair.peripheral]) {
        expect(host.event(HciEvent.encryptionKeyRefreshComplete)).toMatchObject({ status: 0 });
        expect(host.maybe(HciEvent.encryptionChange)).toBeUndefined();
      }
    }));

  it('9. a refresh without a key ends the link with 0x06: it may not fall back to plain data', () =>
    connected(async (pair) => {
      await encrypt(pair);
      await enable(pair);
      await refuse(pair);
      await settle();
      expect(pair.central.event(HciEvent.disconnectionComplete)).toMatchObject({ reason: 0x06 });
      expect(pair.peripheral.event(HciEvent.disconnectionComplete)).toMatchObject({ reason: 0x16 });
    }));

  it('10. a refresh with different keys ends both links with 0x3D', () =>
    connected(async (pair) => {
      await encrypt(pair);
      await enable(pair, OTHER_KEY);
      await reply(pair, KEY);
      await settle();
      for (const host of [pair.central, pair.peripheral]) {
        expect(host.event(HciEvent.disconnectionComplete)).toMatchObject({ reason: 0x3d });
      }
    }));

  it('11. a peripheral host that never answers costs the link after 40 s', () =>
    connected(async (pair) => {
      await enable(pair);
      await pair.clock.advance(39_999);
      expect(pair.central.packets).toEqual([]);
      await pair.clock.advance(1);
      expect(pair.central.event(HciEvent.disconnectionComplete)).toMatchObject({ reason: 0x22 });
      expect(pair.peripheral.event(HciEvent.disconnectionComplete)).toMatchObject({ reason: 0x22 });
    }));

  it('12. corrupt data on an encrypted link is a MIC failure on both sides, on a plain one it is wrong data', () =>
    connected(async (pair) => {
      pair.air.faults.data = () => 'corrupt';
      pair.central.sendData(pair.centralHandle, Uint8Array.of(1, 2));
      await settle();
      expect(pair.peripheral.data()).toMatchObject([{ data: '01fd' }]);
      pair.air.faults.data = undefined;
      pair.central.packets.length = 0;
      await encrypt(pair);
      pair.air.faults.data = () => 'corrupt';
      pair.central.sendData(pair.centralHandle, Uint8Array.of(1, 2));
      await settle();
      expect(pair.peripheral.data()).toEqual([]);
      for (const host of [pair.central, pair.peripheral]) {
        expect(host.event(HciEvent.disconnectionComplete)).toMatchObject({ reason: 0x3d });
      }
    }));

  it('13. a host that asks for version 2 of Encryption Change gets it instead, with the key size', () =>
    connected(async (pair) => {
      await pair.central.ok(HciCommand.setEventMaskPage2, { eventMaskPage2: 1n << 25n });
      await enable(pair);
      await reply(pair);
      await settle();
      expect(pair.central.event(HciEvent.encryptionChangeV2)).toMatchObject({
        status: 0,
        encryptionKeySize: 16,
      });
      expect(pair.central.maybe(HciEvent.encryptionChange)).toBeUndefined();
    }));

  it('14. a disconnect in the middle is no encryption', () =>
    connected(async (pair) => {
      await enable(pair);
      await pair.peripheral.ok(HciCommand.disconnect, {
        connectionHandle: pair.peripheralHandle,
        reason: 0x13,
      });
      await settle();
      expect(pair.central.event(HciEvent.disconnectionComplete)).toMatchObject({ reason: 0x13 });
      expect(pair.central.maybe(HciEvent.encryptionChange)).toBeUndefined();
      expect(await reply(pair)).toMatchObject({ status: 0x02 });
    }));
});
