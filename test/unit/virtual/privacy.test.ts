import { describe, expect, it } from 'vitest';
import { kindOfAddress, parseAddress } from '../../../src/core/address.ts';
import { HciCommand } from '../../../src/hci/codec/commands.ts';
import { HciEvent } from '../../../src/hci/codec/events.ts';
import { connectionOf, NOBODY, onAir, settle, type TestHost } from './test-host.ts';

const octets = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16)).reverse();
/** Key, random part and hash of Vol 3, Part H, D.7. */
const SAMPLE_IRK = octets('ec0234a357c8ad05341010a60a397d9b');
const SAMPLE_RPA = parseAddress('70:81:94:0D:FB:AA');
const IRK_A = new Uint8Array(16).fill(0xa1);
const IRK_B = new Uint8Array(16).fill(0xb2);
const NO_IRK = new Uint8Array(16);
const IDENTITY = parseAddress('C0:00:00:00:00:01');

const list = (
  host: TestHost,
  peer: string | undefined,
  peerIrk: Uint8Array,
  localIrk: Uint8Array,
  type = 0,
) =>
  host.command(HciCommand.leAddDeviceToResolvingList, {
    peerIdentityAddressType: type,
    peerIdentityAddress: parseAddress(peer ?? ''),
    peerIrk,
    localIrk,
  });
const resolve = (host: TestHost, addressResolutionEnable = 1) =>
  host.command(HciCommand.leSetAddressResolutionEnable, { addressResolutionEnable });

/** A knows B's key and B knows A's, and both resolve. */
const friends = async (a: TestHost, b: TestHost): Promise<void> => {
  await list(a, b.controller.address, IRK_B, IRK_A);
  await list(b, a.controller.address, IRK_A, IRK_B);
  await resolve(a);
  await resolve(b);
};
const two = (
  work: (a: TestHost, b: TestHost, advance: (ms: number) => Promise<void>) => Promise<void>,
): Promise<void> =>
  onAir([{}, {}], async ({ hosts: [a, b], clock }) => {
    if (a === undefined || b === undefined) throw new Error('no hosts');
    await work(a, b, (ms) => clock.advance(ms));
  });

describe('privacy in the controller', () => {
  it('1. an address of the specification sample resolves to its identity', () =>
    two(async (a, b) => {
      await list(a, IDENTITY, SAMPLE_IRK, NO_IRK, 1);
      await resolve(a);
      await b.ok(HciCommand.leSetRandomAddress, { randomAddress: SAMPLE_RPA });
      await b.advertise({ ownAddressType: 1 });
      await a.scan();
      await settle();
      expect(a.event(HciEvent.leAdvertisingReport).reports).toMatchObject([
        { addressType: 3, address: IDENTITY },
      ]);
      expect(
        await a.ok(HciCommand.leReadPeerResolvableAddress, {
          peerIdentityAddressType: 1,
          peerIdentityAddress: IDENTITY,
        }),
      ).toMatchObject({ peerResolvableAddress: SAMPLE_RPA });
    }));

  it('2. without resolution it stays what it is', () =>
    two(async (a, b) => {
      await list(a, IDENTITY, SAMPLE_IRK, NO_IRK, 1);
      await b.ok(HciCommand.leSetRandomAddress, { randomAddress: SAMPLE_RPA });
      await b.advertise({ ownAddressType: 1 });
      await a.scan();
      await settle();
      expect(a.event(HciEvent.leAdvertisingReport).reports).toMatchObject([
        { addressType: 1, address: SAMPLE_RPA },
      ]);
    }));

  it('3. two friends connect behind resolvable addresses and see identities', () =>
    two(async (a, b, advance) => {
      await friends(a, b);
      await a.advertise({ ownAddressType: 2, peer: b.controller.address ?? NOBODY });
      await b.connectTo(a.controller.address ?? NOBODY, { ownAddressType: 2, peerAddressType: 2 });
      await advance(0);
      const central = connectionOf(b);
      const peripheral = connectionOf(a);
      expect(central).toMatchObject({ peerAddressType: 2, peerAddress: a.controller.address });
      expect(peripheral).toMatchObject({ peerAddressType: 2, peerAddress: b.controller.address });
      expect(kindOfAddress(central.localResolvablePrivateAddress, 'random')).toBe('resolvable');
      expect(central.localResolvablePrivateAddress).toBe(peripheral.peerResolvablePrivateAddress);
      expect(central.peerResolvablePrivateAddress).toBe(peripheral.localResolvablePrivateAddress);
    }));

  it('4. a stranger sees an address that changes with the time-out', () =>
    onAir([{}, {}, {}], async ({ hosts: [a, b, stranger], clock }) => {
      if (a === undefined || b === undefined || stranger === undefined) throw new Error('no hosts');
      await friends(a, b);
      await a.ok(HciCommand.leSetResolvablePrivateAddressTimeout, { rpaTimeout: 10 });
      await a.advertise({ ownAddressType: 2, peer: b.controller.address ?? NOBODY });
      await stranger.scan();
      await clock.advance(25_000);
      const seen = new Set(stranger.reports().map(({ address }) => address));
      expect(seen.size).toBe(3);
      expect(seen.has(a.controller.address ?? '')).toBe(false);
      for (const address of seen) expect(kindOfAddress(parseAddress(address), 'random')).toBe('resolvable');
    }));

  it('5. without an entry, types 2 and 3 fall back to the public and the random address', () =>
    two(async (a, b) => {
      await resolve(a);
      await a.ok(HciCommand.leSetRandomAddress, { randomAddress: IDENTITY });
      await a.advertise({ ownAddressType: 3 });
      await b.scan();
      await settle();
      expect(b.reports()).toMatchObject([{ address: IDENTITY }]);
    }));

  it('6. network privacy ignores a friend that shows its identity, device privacy does not', () =>
    two(async (a, b, advance) => {
      await friends(a, b);
      await b.advertise();
      await a.scan();
      await advance(500);
      expect(a.reports()).toEqual([]);
      await a.ok(HciCommand.leSetScanEnable, { leScanEnable: 0, filterDuplicates: 0 });
      await a.ok(HciCommand.leSetPrivacyMode, {
        peerIdentityAddressType: 0,
        peerIdentityAddress: b.controller.address ?? NOBODY,
        privacyMode: 1,
      });
      await a.scan();
      await settle();
      expect(a.reports()).toMatchObject([{ address: b.controller.address }]);
    }));

  it('7. the accept list holds identities, and lets their addresses pass', () =>
    two(async (a, b, advance) => {
      await friends(a, b);
      await b.ok(HciCommand.leAddDeviceToFilterAcceptList, {
        addressType: 0,
        address: a.controller.address ?? NOBODY,
      });
      await a.advertise({ ownAddressType: 2, peer: b.controller.address ?? NOBODY });
      await b.connectTo(NOBODY, { initiatorFilterPolicy: 1, ownAddressType: 2 });
      await advance(0);
      expect(connectionOf(b).peerAddress).toBe(a.controller.address);
    }));

  it('8. directed advertising to a friend is heard by it alone', () =>
    onAir([{}, {}, {}], async ({ hosts: [a, b, stranger], clock }) => {
      if (a === undefined || b === undefined || stranger === undefined) throw new Error('no hosts');
      await friends(a, b);
      await a.advertise({ type: 4, ownAddressType: 2, peer: b.controller.address ?? NOBODY });
      await b.scan({ ownAddressType: 2 });
      await stranger.scan();
      await clock.advance(100);
      expect(b.reports()).toMatchObject([{ type: 1, address: a.controller.address }, { type: 1 }]);
      expect(stranger.reports()).toEqual([]);
      await b.connectTo(a.controller.address ?? NOBODY, { ownAddressType: 2, peerAddressType: 2 });
      await clock.advance(200);
      expect(connectionOf(b).status).toBe(0);
    }));

  it('9. the list may not change while addresses are resolved and the radio is in use', () =>
    two(async (a) => {
      await list(a, IDENTITY, SAMPLE_IRK, NO_IRK, 1);
      await resolve(a);
      await a.advertise();
      expect(await list(a, '00:00:00:00:00:09', IRK_B, NO_IRK)).toEqual({ status: 0x0c });
      const peer = { peerIdentityAddressType: 1, peerIdentityAddress: IDENTITY };
      expect(await a.command(HciCommand.leRemoveDeviceFromResolvingList, peer)).toEqual({ status: 0x0c });
      expect(await a.command(HciCommand.leClearResolvingList, {})).toEqual({ status: 0x0c });
      expect(await a.command(HciCommand.leSetPrivacyMode, { ...peer, privacyMode: 1 })).toEqual({
        status: 0x0c,
      });
      expect(await resolve(a, 0)).toEqual({ status: 0x0c });
      await a.ok(HciCommand.leSetAdvertisingEnable, { advertisingEnable: 0 });
      expect(await resolve(a, 0)).toEqual({ status: 0 });
      await a.advertise();
      await a.ok(HciCommand.leRemoveDeviceFromResolvingList, peer);
    }));

  it('10. wrong, unknown, twice and too many are refused', () =>
    two(async (a) => {
      const unknown = { peerIdentityAddressType: 0, peerIdentityAddress: IDENTITY };
      expect(await list(a, IDENTITY, IRK_A, NO_IRK, 2)).toEqual({ status: 0x12 });
      expect(await a.command(HciCommand.leRemoveDeviceFromResolvingList, unknown)).toEqual({ status: 0x02 });
      expect(await a.command(HciCommand.leReadLocalResolvableAddress, unknown)).toMatchObject({
        status: 0x02,
      });
      expect(await a.command(HciCommand.leSetPrivacyMode, { ...unknown, privacyMode: 0 })).toEqual({
        status: 0x02,
      });
      expect(await a.command(HciCommand.leSetPrivacyMode, { ...unknown, privacyMode: 2 })).toEqual({
        status: 0x12,
      });
      for (const rpaTimeout of [0, 0x0e11]) {
        expect(await a.command(HciCommand.leSetResolvablePrivateAddressTimeout, { rpaTimeout })).toEqual({
          status: 0x12,
        });
      }
      expect(await resolve(a, 2)).toEqual({ status: 0x12 });
      const { resolvingListSize } = await a.ok(HciCommand.leReadResolvingListSize, {});
      for (let i = 0; i < resolvingListSize; i++) {
        expect(
          await list(a, `00:00:00:00:01:0${i.toString(16)}`, new Uint8Array(16).fill(i), NO_IRK),
        ).toEqual({
          status: 0,
        });
      }
      expect(await list(a, '00:00:00:00:02:00', NO_IRK, NO_IRK)).toEqual({ status: 0x07 });
      await a.ok(HciCommand.leClearResolvingList, {});
      await list(a, '00:00:00:00:02:00', IRK_A, NO_IRK);
      expect(await list(a, '00:00:00:00:02:00', IRK_B, NO_IRK)).toEqual({ status: 0x12 });
      expect(await list(a, '00:00:00:00:02:01', IRK_A, NO_IRK)).toEqual({ status: 0x12 });
    }));
});
