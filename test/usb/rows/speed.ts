import assert from 'node:assert/strict';
import { exchanges } from '../../../bench/transport/cases.ts';
import { ExchangeHost } from '../../../bench/transport/exchange-host.ts';
import { playFarEnd } from '../../../bench/transport/far-end.ts';
import { systemClock } from '../../../src/core/system-clock.ts';
import { openTransport } from '../../../src/open.ts';
import type { Row, Socket } from '../row.ts';

/** Of the packets that `npm run bench -- transport` sends: the guest is ten times slower than a machine. */
const SCALE = 0.05;

/** What is told is a figure of an emulated processor: it compares sizes, and tells that nothing is lost and nothing stands still. */
export const speed: Row<Socket> = {
  name: 'speed',
  what: 'data both ways at once, as fast as it goes: octets in a second, and processor time of the host for a packet each way',
  timeoutMs: 120_000,
  stage: async (stage) => {
    const { socket, controller } = await stage.dongle();
    playFarEnd(controller);
    return socket;
  },
  guest: async ({ attach, facts, say }) => {
    await attach(facts);
    const signal = AbortSignal.timeout(20_000);
    const line = await openTransport(
      { kind: 'usb', select: { by: 'class' } },
      { clock: systemClock, signal },
    );
    const host = new ExchangeHost(line);
    for (const each of exchanges.filter(({ pace }) => pace === 'none')) {
      const { name, octetsPerSecond, usPerPacket } = await host.measure(each, SCALE);
      say(`${name}: ${Math.round(octetsPerSecond)} octets/s, ${usPerPacket.toFixed(0)} us a packet`);
      assert.ok(octetsPerSecond > 0);
    }
    await line.close();
  },
};
