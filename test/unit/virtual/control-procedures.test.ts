import { describe, expect, it } from 'vitest';
import { HciCommand } from '../../../src/hci/codec/commands.ts';
import { HciEvent } from '../../../src/hci/codec/events.ts';
import { bitOf, LeFeature } from '../../../src/hci/codec/features.ts';
import { connected, connectionOf, onAir, type Pair, settle } from './test-host.ts';

const update = (handle: number, wrong: object = {}) => ({
  connectionHandle: handle,
  connectionIntervalMin: 80,
  connectionIntervalMax: 100,
  maxLatency: 2,
  supervisionTimeout: 200,
  minCeLength: 0,
  maxCeLength: 0,
  ...wrong,
});
const now = { status: 0, connectionInterval: 80, peripheralLatency: 2, supervisionTimeout: 200 };

describe('control procedures of a link', () => {
  it('1. the central changes parameters, and both hosts hear of it', () =>
    connected(async ({ central, peripheral, centralHandle }) => {
      await central.ok(HciCommand.leConnectionUpdate, update(centralHandle));
      await settle();
      expect(central.event(HciEvent.leConnectionUpdateComplete)).toMatchObject(now);
      expect(peripheral.event(HciEvent.leConnectionUpdateComplete)).toMatchObject(now);
    }));

  it('2. a peripheral asks, the central host agrees', () =>
    connected(async ({ central, peripheral, centralHandle, peripheralHandle }) => {
      await peripheral.ok(HciCommand.leConnectionUpdate, update(peripheralHandle));
      const asked = central.event(HciEvent.leRemoteConnectionParameterRequest);
      expect(asked).toEqual({
        connectionHandle: centralHandle,
        intervalMin: 80,
        intervalMax: 100,
        maxLatency: 2,
        timeout: 200,
      });
      expect(
        await central.command(HciCommand.leRemoteConnectionParameterRequestReply, {
          ...asked,
          minCeLength: 0,
          maxCeLength: 0,
        }),
      ).toEqual({ status: 0, connectionHandle: centralHandle });
      await settle();
      expect(central.event(HciEvent.leConnectionUpdateComplete)).toMatchObject(now);
      expect(peripheral.event(HciEvent.leConnectionUpdateComplete)).toMatchObject(now);
    }));

  it('3. a peripheral asks, the central host refuses with its reason', () =>
    connected(async ({ central, peripheral, centralHandle, peripheralHandle }) => {
      await peripheral.ok(HciCommand.leConnectionUpdate, update(peripheralHandle));
      await central.ok(HciCommand.leRemoteConnectionParameterRequestNegativeReply, {
        connectionHandle: centralHandle,
        reason: 0x3b,
      });
      await settle();
      expect(peripheral.event(HciEvent.leConnectionUpdateComplete)).toMatchObject({
        status: 0x3b,
        connectionInterval: 24,
      });
      expect(central.maybe(HciEvent.leConnectionUpdateComplete)).toBeUndefined();
    }));

  it('4. a central host that masks the request refuses it with 0x1A', () =>
    connected(async ({ central, peripheral, peripheralHandle }) => {
      await central.ok(HciCommand.leSetEventMask, { leEventMask: 0xffff_ffdfn });
      await peripheral.ok(HciCommand.leConnectionUpdate, update(peripheralHandle));
      await settle();
      expect(peripheral.event(HciEvent.leConnectionUpdateComplete)).toMatchObject({ status: 0x1a });
    }));

  it('5. an answer to no request is disallowed, one of wrong form is refused', () =>
    connected(async ({ central, peripheral, centralHandle, peripheralHandle }) => {
      const reply = {
        connectionHandle: centralHandle,
        intervalMin: 80,
        intervalMax: 100,
        maxLatency: 0,
        timeout: 200,
        minCeLength: 0,
        maxCeLength: 0,
      };
      const answer = (wrong: object) =>
        central.command(HciCommand.leRemoteConnectionParameterRequestReply, { ...reply, ...wrong });
      expect(await answer({})).toMatchObject({ status: 0x0c });
      await peripheral.ok(HciCommand.leConnectionUpdate, update(peripheralHandle));
      expect(await answer({ timeout: 10 })).toMatchObject({ status: 0x12 });
      expect(await answer({})).toMatchObject({ status: 0 });
    }));

  it('6. a peripheral whose central cannot be asked is told 0x1A', () =>
    connected(
      async ({ peripheral, peripheralHandle }) => {
        await peripheral.ok(HciCommand.leConnectionUpdate, update(peripheralHandle));
        await settle();
        expect(peripheral.event(HciEvent.leConnectionUpdateComplete)).toMatchObject({ status: 0x1a });
      },
      { central: { profile: '4.0' } },
    ));

  it('7. a 4.0 peripheral cannot ask at all', () =>
    connected(
      async ({ peripheral, peripheralHandle }) => {
        expect(await peripheral.command(HciCommand.leConnectionUpdate, update(peripheralHandle))).toEqual({
          status: 0x0c,
        });
      },
      { peripheral: { profile: '4.0' } },
    ));

  const asking = { central: { asksForParameters: true } } as const;

  it('8. a central that asks first: the peripheral host agrees, within what is wanted', () =>
    connected(async ({ central, peripheral, centralHandle, peripheralHandle }) => {
      await central.ok(HciCommand.leConnectionUpdate, update(centralHandle));
      await settle();
      expect(central.maybe(HciEvent.leConnectionUpdateComplete)).toBeUndefined();
      const asked = peripheral.event(HciEvent.leRemoteConnectionParameterRequest);
      const range = { intervalMin: 80, intervalMax: 100, maxLatency: 2, timeout: 200 };
      expect(asked).toEqual({ connectionHandle: peripheralHandle, ...range });
      const reply = { ...asked, intervalMin: 90, intervalMax: 90, minCeLength: 0, maxCeLength: 0 };
      await peripheral.command(HciCommand.leRemoteConnectionParameterRequestReply, reply);
      await settle();
      const changed = { ...now, connectionInterval: 90 };
      expect(central.event(HciEvent.leConnectionUpdateComplete)).toMatchObject(changed);
      expect(peripheral.event(HciEvent.leConnectionUpdateComplete)).toMatchObject(changed);
    }, asking));

  it('9. a central that asks first: the peripheral host refuses, and nothing changes', () =>
    connected(async ({ central, peripheral, centralHandle, peripheralHandle }) => {
      await central.ok(HciCommand.leConnectionUpdate, update(centralHandle));
      await settle();
      await peripheral.ok(HciCommand.leRemoteConnectionParameterRequestNegativeReply, {
        connectionHandle: peripheralHandle,
        reason: 0x3b,
      });
      await settle();
      expect(central.event(HciEvent.leConnectionUpdateComplete)).toMatchObject({
        status: 0x3b,
        connectionInterval: 24,
      });
      expect(peripheral.maybe(HciEvent.leConnectionUpdateComplete)).toBeUndefined();
    }, asking));

  it('10. a central that asks first changes the parameters of a peripheral that cannot be asked', () =>
    connected(
      async ({ central, peripheral, centralHandle }) => {
        await central.ok(HciCommand.leConnectionUpdate, update(centralHandle));
        await settle();
        expect(central.event(HciEvent.leConnectionUpdateComplete)).toMatchObject(now);
        expect(peripheral.event(HciEvent.leConnectionUpdateComplete)).toMatchObject(now);
      },
      { ...asking, peripheral: { profile: '4.0' } },
    ));

  it('11. both ask at once: the request of the central goes on, that of the peripheral has collided', () =>
    connected(async ({ central, peripheral, centralHandle, peripheralHandle }) => {
      await Promise.all([
        central.ok(HciCommand.leConnectionUpdate, update(centralHandle)),
        peripheral.ok(HciCommand.leConnectionUpdate, { ...update(peripheralHandle), maxLatency: 0 }),
      ]);
      await settle();
      expect(peripheral.event(HciEvent.leConnectionUpdateComplete)).toMatchObject({ status: 0x23 });
      expect(central.maybe(HciEvent.leRemoteConnectionParameterRequest)).toBeUndefined();
      const asked = peripheral.event(HciEvent.leRemoteConnectionParameterRequest);
      const reply = { ...asked, minCeLength: 0, maxCeLength: 0 };
      await peripheral.command(HciCommand.leRemoteConnectionParameterRequestReply, reply);
      await settle();
      expect(central.event(HciEvent.leConnectionUpdateComplete)).toMatchObject(now);
      expect(peripheral.event(HciEvent.leConnectionUpdateComplete)).toMatchObject(now);
    }, asking));

  it.each([
    ['interval', { connectionIntervalMin: 5 }],
    ['order', { connectionIntervalMin: 101 }],
    ['latency', { maxLatency: 500 }],
    ['time-out', { supervisionTimeout: 60 }],
  ])('8. a wrong %s is refused with 0x12', (_what, wrong) =>
    connected(async ({ central, centralHandle }) => {
      expect(await central.command(HciCommand.leConnectionUpdate, update(centralHandle, wrong))).toEqual({
        status: 0x12,
      });
    }),
  );

  it('9. features are read by either side', () =>
    connected(
      async ({ central, peripheral, centralHandle, peripheralHandle }) => {
        await central.ok(HciCommand.leReadRemoteFeatures, { connectionHandle: centralHandle });
        await settle();
        const seen = central.event(HciEvent.leReadRemoteFeaturesComplete);
        expect(seen.status).toBe(0);
        expect(bitOf(seen.leFeatures, LeFeature.dataPacketLengthExtension)).toBe(true);
        expect(bitOf(seen.leFeatures, LeFeature.phy2M)).toBe(false);
        await peripheral.ok(HciCommand.leReadRemoteFeatures, { connectionHandle: peripheralHandle });
        await settle();
        const back = peripheral.event(HciEvent.leReadRemoteFeaturesComplete);
        expect(bitOf(back.leFeatures, LeFeature.phy2M)).toBe(true);
      },
      { peripheral: { profile: '4.2' } },
    ));

  it('10. a peripheral of 4.0 may not read features', () =>
    connected(
      async ({ peripheral, peripheralHandle }) => {
        expect(
          await peripheral.command(HciCommand.leReadRemoteFeatures, { connectionHandle: peripheralHandle }),
        ).toEqual({ status: 0x0c });
      },
      { peripheral: { profile: '4.0' } },
    ));

  it('11. the version is exchanged once and told each time', () =>
    connected(
      async ({ central, centralHandle }) => {
        for (let i = 0; i < 2; i++) {
          await central.ok(HciCommand.readRemoteVersionInformation, { connectionHandle: centralHandle });
          await settle();
          expect(central.event(HciEvent.readRemoteVersionInformationComplete)).toMatchObject({
            status: 0,
            version: 6,
            companyIdentifier: 0xffff,
          });
        }
      },
      { peripheral: { profile: '4.0' } },
    ));

  it('12. the PHY changes on both sides, and reads back', () =>
    connected(async ({ central, peripheral, centralHandle, peripheralHandle }) => {
      await central.ok(HciCommand.leSetPhy, {
        connectionHandle: centralHandle,
        allPhys: 0,
        txPhys: 2,
        rxPhys: 2,
        phyOptions: 0,
      });
      await settle();
      expect(central.event(HciEvent.lePhyUpdateComplete)).toMatchObject({ status: 0, txPhy: 2, rxPhy: 2 });
      expect(peripheral.event(HciEvent.lePhyUpdateComplete)).toMatchObject({ status: 0, txPhy: 2, rxPhy: 2 });
      expect(await peripheral.ok(HciCommand.leReadPhy, { connectionHandle: peripheralHandle })).toMatchObject(
        {
          txPhy: 2,
          rxPhy: 2,
        },
      );
    }));

  it('13. who does not want 2M keeps 1M; who asked hears of it, the other does not', () =>
    connected(async ({ central, peripheral, centralHandle, peripheralHandle }) => {
      await central.ok(HciCommand.leSetDefaultPhy, { allPhys: 0, txPhys: 1, rxPhys: 1 });
      await peripheral.ok(HciCommand.leSetPhy, {
        connectionHandle: peripheralHandle,
        allPhys: 0,
        txPhys: 2,
        rxPhys: 2,
        phyOptions: 0,
      });
      await settle();
      expect(peripheral.event(HciEvent.lePhyUpdateComplete)).toMatchObject({ status: 0, txPhy: 1, rxPhy: 1 });
      expect(central.maybe(HciEvent.lePhyUpdateComplete)).toBeUndefined();
      expect(await central.ok(HciCommand.leReadPhy, { connectionHandle: centralHandle })).toMatchObject({
        txPhy: 1,
      });
    }));

  it('14. the two directions may differ', () =>
    connected(async ({ central, peripheral, centralHandle }) => {
      await central.ok(HciCommand.leSetPhy, {
        connectionHandle: centralHandle,
        allPhys: 0,
        txPhys: 2,
        rxPhys: 1,
        phyOptions: 0,
      });
      await settle();
      expect(central.event(HciEvent.lePhyUpdateComplete)).toMatchObject({ txPhy: 2, rxPhy: 1 });
      expect(peripheral.event(HciEvent.lePhyUpdateComplete)).toMatchObject({ txPhy: 1, rxPhy: 2 });
    }));

  it.each([
    ['no PHY', { txPhys: 0 }, 0x12],
    ['a PHY that is not there', { txPhys: 8 }, 0x11],
    ['an unknown option', { phyOptions: 3 }, 0x12],
  ])('15. %s is refused', (_what, wrong, status) =>
    connected(async ({ central, centralHandle }) => {
      const right = { connectionHandle: centralHandle, allPhys: 0, txPhys: 1, rxPhys: 1, phyOptions: 0 };
      expect(await central.command(HciCommand.leSetPhy, { ...right, ...wrong })).toEqual({ status });
    }),
  );

  it('16. a peer without other PHYs is Unsupported Remote Feature', () =>
    connected(
      async ({ central, centralHandle }) => {
        await central.ok(HciCommand.leSetPhy, {
          connectionHandle: centralHandle,
          allPhys: 0,
          txPhys: 2,
          rxPhys: 2,
          phyOptions: 0,
        });
        await settle();
        expect(central.event(HciEvent.lePhyUpdateComplete)).toMatchObject({
          status: 0x1a,
          txPhy: 1,
          rxPhy: 1,
        });
      },
      { peripheral: { profile: '4.2' } },
    ));

  it('17. both ask for another PHY at once: the procedure of the central goes on', () =>
    connected(async ({ central, peripheral, centralHandle, peripheralHandle }) => {
      const phys = { allPhys: 0, txPhys: 2, rxPhys: 2, phyOptions: 0 };
      central.transport.send(HciCommand.leSetPhy.encode({ connectionHandle: centralHandle, ...phys }));
      peripheral.transport.send(HciCommand.leSetPhy.encode({ connectionHandle: peripheralHandle, ...phys }));
      await settle();
      expect(central.all(HciEvent.lePhyUpdateComplete)).toMatchObject([{ status: 0, txPhy: 2, rxPhy: 2 }]);
      // Its own request was refused as a collision, and then the PHY changed.
      expect(peripheral.all(HciEvent.lePhyUpdateComplete)).toMatchObject([
        { status: 0x23, txPhy: 1, rxPhy: 1 },
        { status: 0, txPhy: 2, rxPhy: 2 },
      ]);
    }));

  it('18. a suggested data length is asked for on each new link', () =>
    onAir([{}, {}], async ({ hosts: [central, peripheral], clock }) => {
      await central?.ok(HciCommand.leWriteSuggestedDefaultDataLength, {
        suggestedMaxTxOctets: 200,
        suggestedMaxTxTime: 2120,
      });
      await peripheral?.advertise();
      await central?.connectTo(peripheral?.controller.address ?? ('' as never));
      await clock.advance(0);
      expect(connectionOf(central as never).status).toBe(0);
      expect(central?.event(HciEvent.leDataLengthChange)).toMatchObject({
        maxTxOctets: 200,
        maxRxOctets: 27,
      });
      expect(peripheral?.event(HciEvent.leDataLengthChange)).toMatchObject({
        maxRxOctets: 200,
        maxTxOctets: 27,
      });
    }));

  it('19. no change of length is no event; a length out of range is refused', () =>
    connected(async ({ central, peripheral, centralHandle }) => {
      const set = (txOctets: number, txTime: number) =>
        central.command(HciCommand.leSetDataLength, { connectionHandle: centralHandle, txOctets, txTime });
      expect(await set(27, 328)).toMatchObject({ status: 0 });
      await settle();
      expect(central.maybe(HciEvent.leDataLengthChange)).toBeUndefined();
      expect(await set(26, 328)).toMatchObject({ status: 0x12 });
      expect(await set(252, 2120)).toMatchObject({ status: 0x12 });
      expect(await set(251, 327)).toMatchObject({ status: 0x12 });
      expect(peripheral.packets).toEqual([]);
    }));

  it('20. a peer of 4.0 keeps short packets', () =>
    connected(
      async ({ central, centralHandle, peripheral }) => {
        await central.ok(HciCommand.leSetDataLength, {
          connectionHandle: centralHandle,
          txOctets: 251,
          txTime: 2120,
        });
        await settle();
        expect(central.packets).toEqual([]);
        central.sendData(centralHandle, new Uint8Array(30));
        await settle();
        expect(peripheral.data().map(({ data }) => data.length / 2)).toEqual([27, 3]);
      },
      { peripheral: { profile: '4.0' } },
    ));

  it('21. a second disconnect is disallowed, a reason that is none is refused, a link that is not is 0x02', () =>
    connected(
      async ({ central, centralHandle, clock }: Pair) => {
        expect(
          await central.command(HciCommand.disconnect, { connectionHandle: centralHandle, reason: 0x08 }),
        ).toEqual({
          status: 0x12,
        });
        expect(await central.command(HciCommand.disconnect, { connectionHandle: 9, reason: 0x13 })).toEqual({
          status: 0x02,
        });
        const handle = { connectionHandle: centralHandle, reason: 0x13 };
        expect(await central.command(HciCommand.disconnect, handle)).toEqual({ status: 0 });
        expect(await central.command(HciCommand.disconnect, handle)).toEqual({ status: 0x0c });
        await clock.advance(1000);
        expect(await central.command(HciCommand.disconnect, handle)).toEqual({ status: 0x02 });
      },
      { air: { model: 'timed' } },
    ));

  it('22. RSSI and transmit power of a link can be read', () =>
    connected(async ({ central, centralHandle }) => {
      expect(await central.ok(HciCommand.readRssi, { connectionHandle: centralHandle })).toMatchObject({
        rssi: -40,
      });
      expect(
        await central.ok(HciCommand.readTransmitPowerLevel, { connectionHandle: centralHandle, type: 0 }),
      ).toMatchObject({ txPowerLevel: 0 });
      expect(await central.command(HciCommand.readRssi, { connectionHandle: 77 })).toMatchObject({
        status: 2,
      });
    }));

  it('23. channels ruled out by the central leave the map of both sides; fewer than two are refused', () =>
    connected(async ({ central, peripheral, centralHandle, peripheralHandle }) => {
      const classify = (...octets: number[]) =>
        central.command(HciCommand.leSetHostChannelClassification, { channelMap: Uint8Array.from(octets) });
      expect(await classify(1, 0, 0, 0, 0)).toEqual({ status: 0x12 });
      expect(await classify(3, 0, 0, 0, 0x20)).toEqual({ status: 0x12 });
      expect(await classify(0xf0, 0xff, 0, 0, 0x1f)).toEqual({ status: 0 });
      await settle();
      for (const [host, connectionHandle] of [
        [central, centralHandle],
        [peripheral, peripheralHandle],
      ] as const) {
        const { channelMap } = await host.ok(HciCommand.leReadChannelMap, { connectionHandle });
        expect([...channelMap]).toEqual([0xf0, 0xff, 0, 0, 0x1f]);
      }
    }));
});
