import { describe, expect, it } from 'vitest';
import { HciCommand } from '../../../src/hci/codec/commands.ts';
import { HciEvent } from '../../../src/hci/codec/events.ts';
import { connected, onAir, settle, type TestHost } from './test-host.ts';

const timed = { model: 'timed' } as const;
const link = { connectionIntervalMin: 40, connectionIntervalMax: 40, supervisionTimeout: 100 };

describe('an air with time', () => {
  it('1. advertising events are an interval and a random delay of at most 10 ms apart', () =>
    onAir(
      [{}, {}],
      async ({ hosts: [advertiser, scanner], clock }) => {
        await scanner?.scan({ interval: 0x10, window: 0x10 });
        const at: number[] = [];
        if (scanner !== undefined) {
          scanner.controller.faults.toHost = (packet) => {
            if (packet[1] === 0x3e) at.push(clock.now());
            return undefined;
          };
        }
        await advertiser?.advertise({ interval: 160 });
        await clock.advance(3000);
        const gaps = at.slice(1).map((t, i) => t - (at[i] ?? 0));
        expect(gaps.length).toBeGreaterThan(25);
        expect(Math.min(...gaps)).toBeGreaterThanOrEqual(100);
        expect(Math.max(...gaps)).toBeLessThanOrEqual(110);
        expect(new Set(gaps).size).toBeGreaterThan(10);
      },
      timed,
    ));

  it('2. a scanner that listens a tenth of the time hears about a tenth', () =>
    onAir(
      [{}, {}, {}],
      async ({ hosts: [advertiser, lazy, eager], clock }) => {
        await lazy?.scan({ interval: 1600, window: 160 });
        await eager?.scan({ interval: 1600, window: 1600 });
        await advertiser?.advertise({ interval: 32 });
        await clock.advance(60_000);
        const heard = [lazy, eager].map((host) => host?.reports().length ?? 0);
        const share = (heard[0] ?? 0) / (heard[1] ?? 1);
        expect(share).toBeGreaterThan(0.05);
        expect(share).toBeLessThan(0.2);
      },
      timed,
    ));

  it('3. only the channels of the map are sent on', () =>
    onAir(
      [{}, {}],
      async ({ hosts: [advertiser, scanner], clock }) => {
        // One window of 100 ms on each channel: only those on channel 38 hear channel map 2.
        await scanner?.scan({ interval: 160, window: 160 });
        await advertiser?.advertise({ interval: 32, channelMap: 2 });
        const heard: number[] = [];
        for (let window = 0; window < 6; window++) {
          await clock.advance(100);
          heard.push(scanner?.reports().length ?? 0);
        }
        expect(heard.filter((n) => n > 0)).toHaveLength(2);
      },
      timed,
    ));

  it('4. data waits for the connection event, and comes back acknowledged after it', () =>
    connected(
      async ({ central, peripheral, centralHandle, clock }) => {
        await clock.advance(500);
        central.sendData(centralHandle, Uint8Array.of(1));
        await settle();
        expect(peripheral.data()).toEqual([]);
        expect(central.packets).toEqual([]);
        await clock.advance(50);
        expect(peripheral.data()).toHaveLength(1);
        expect(central.event(HciEvent.numberOfCompletedPackets)).toMatchObject({
          completed: [{ numCompletedPackets: 1 }],
        });
      },
      { air: timed },
      link,
    ));

  it('5. one event carries what its airtime allows: 1M moves less than 2M', async () => {
    const counts: number[] = [];
    for (const phy of [1, 2]) {
      await connected(
        async ({ central, peripheral, centralHandle, clock }) => {
          await central.ok(HciCommand.leSetPhy, {
            connectionHandle: centralHandle,
            allPhys: 0,
            txPhys: phy,
            rxPhys: phy,
            phyOptions: 0,
          });
          await central.ok(HciCommand.leSetDataLength, {
            connectionHandle: centralHandle,
            txOctets: 251,
            txTime: 2120,
          });
          await clock.advance(1000);
          peripheral.packets.length = 0;
          for (let i = 0; i < 100; i++) central.sendData(centralHandle, new Uint8Array(251));
          await clock.advance(50);
          counts.push(peripheral.data().length);
        },
        { air: timed, central: { aclCount: 100 } },
        link,
      );
    }
    const [slow = 0, fast = 0] = counts;
    // 251 octets and the answer take 2.1 + 0.08 + 0.3 ms on 1M: 20 in 50 ms.
    expect(slow).toBeGreaterThan(17);
    expect(slow).toBeLessThan(22);
    expect(fast).toBeGreaterThan(slow * 1.6);
  });

  it('6. peripheral latency delays the central, not the peripheral', () =>
    connected(
      async ({ central, peripheral, centralHandle, peripheralHandle, clock }) => {
        await clock.advance(1000);
        const took = async (from: TestHost, handle: number, to: TestHost): Promise<number> => {
          to.packets.length = 0;
          from.sendData(handle, Uint8Array.of(1));
          const start = clock.now();
          while (to.data().length === 0) await clock.advance(5);
          return clock.now() - start;
        };
        expect(await took(peripheral, peripheralHandle, central)).toBeLessThanOrEqual(55);
        const delays: number[] = [];
        for (let i = 0; i < 10; i++) {
          delays.push(await took(central, centralHandle, peripheral));
          await clock.advance(35);
        }
        expect(Math.max(...delays)).toBeGreaterThan(100);
        expect(Math.max(...delays)).toBeLessThanOrEqual(255);
      },
      { air: timed },
      { ...link, maxLatency: 4, supervisionTimeout: 200 },
    ));

  it('7. out of reach, both sides end with 0x08 when the supervision time-out has passed', () =>
    connected(
      async ({ air, central, peripheral, clock }) => {
        await clock.advance(500);
        air.faults.separate(central.controller.station, peripheral.controller.station);
        await clock.advance(990);
        expect(central.packets).toEqual([]);
        await clock.advance(20);
        for (const host of [central, peripheral]) {
          expect(host.event(HciEvent.disconnectionComplete)).toMatchObject({ reason: 0x08 });
        }
      },
      { air: timed },
      link,
    ));

  it('8. back in reach in time, the link lives and what waited arrives', () =>
    connected(
      async ({ central, peripheral, centralHandle, clock }) => {
        peripheral.controller.position = { x: 100_000, y: 0 };
        central.sendData(centralHandle, Uint8Array.of(7));
        await clock.advance(900);
        peripheral.controller.position = { x: 1, y: 0 };
        await clock.advance(900);
        expect(peripheral.data()).toMatchObject([{ data: '07' }]);
        expect(central.maybe(HciEvent.disconnectionComplete)).toBeUndefined();
      },
      { air: timed },
      link,
    ));

  it('9. a controller that loses its power leaves its peer to the supervision time-out', () =>
    connected(
      async ({ central, peripheral, clock }) => {
        await central.transport.close();
        await clock.advance(900);
        expect(peripheral.packets).toEqual([]);
        await clock.advance(200);
        expect(peripheral.event(HciEvent.disconnectionComplete)).toMatchObject({ reason: 0x08 });
      },
      { air: timed },
      link,
    ));

  it('10. with loss everything arrives, once and in order, but later', () =>
    connected(
      async ({ air, central, peripheral, centralHandle, clock }) => {
        air.loss = 0.4;
        for (let i = 0; i < 8; i++) central.sendData(centralHandle, Uint8Array.of(i));
        await clock.advance(50);
        expect(peripheral.packets.length).toBeLessThan(8);
        await clock.advance(10_000);
        expect(peripheral.data().map(({ data }) => Number.parseInt(data, 16))).toEqual([
          0, 1, 2, 3, 4, 5, 6, 7,
        ]);
      },
      { air: timed },
      { ...link, supervisionTimeout: 1000 },
    ));

  it('11. a link that is never heard fails to be established after six events', () =>
    onAir(
      [{}, {}],
      async ({ air, hosts: [central, peripheral], clock }) => {
        await peripheral?.advertise({ interval: 32 });
        await central?.connectTo(peripheral?.controller.address ?? ('' as never), link);
        while (central?.maybe(HciEvent.leEnhancedConnectionComplete) === undefined) {
          await clock.advance(1);
          if (peripheral?.controller.handles.length === 1) air.loss = 1;
        }
        await clock.advance(400);
        expect(central?.event(HciEvent.disconnectionComplete)).toMatchObject({ reason: 0x3e });
      },
      timed,
    ));

  it('12. a connection update holds from its instant on', () =>
    connected(
      async ({ central, peripheral, centralHandle, clock }) => {
        await central.ok(HciCommand.leConnectionUpdate, {
          connectionHandle: centralHandle,
          connectionIntervalMin: 400,
          connectionIntervalMax: 400,
          maxLatency: 0,
          supervisionTimeout: 500,
          minCeLength: 0,
          maxCeLength: 0,
        });
        await clock.advance(100);
        expect(central.packets).toEqual([]);
        await clock.advance(400);
        expect(central.event(HciEvent.leConnectionUpdateComplete)).toMatchObject({ connectionInterval: 400 });
        expect(peripheral.event(HciEvent.leConnectionUpdateComplete)).toMatchObject({
          connectionInterval: 400,
        });
        await clock.advance(1000);
        central.sendData(centralHandle, Uint8Array.of(1));
        const start = clock.now();
        while (peripheral.data().length === 0) await clock.advance(10);
        expect(clock.now() - start).toBeGreaterThan(100);
      },
      { air: timed },
      link,
    ));

  it('13. an idle link costs no timers', () =>
    connected(
      async ({ clock }) => {
        await clock.advance(1000);
        expect(clock.pending).toBe(0);
      },
      { air: timed },
      link,
    ));

  it('14. the same seed gives the same trace, another seed another', async () => {
    const trace = async (seed: number): Promise<string[]> => {
      const lines: string[] = [];
      await onAir(
        [{}, {}, {}],
        async ({ hosts: [a, b, scanner], clock }) => {
          if (scanner !== undefined) {
            scanner.controller.faults.toHost = (packet) => {
              lines.push(`${clock.now()} ${packet.join(' ')}`);
              return undefined;
            };
          }
          await a?.advertise({ interval: 32 });
          await b?.advertise({ interval: 33 });
          await scanner?.scan({ active: true, interval: 100, window: 50 });
          await clock.advance(2000);
        },
        { ...timed, seed, loss: 0.2 },
      );
      return lines;
    };
    const first = await trace(11);
    expect(first.length).toBeGreaterThan(50);
    expect(await trace(11)).toEqual(first);
    expect(await trace(12)).not.toEqual(first);
  });
});
