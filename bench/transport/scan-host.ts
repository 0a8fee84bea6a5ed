import type { HciTransport } from '../../src/core/transport.ts';
import type { Adapter } from '../../src/index.ts';
import { packetOctets, rateOf, type Scan, SECONDS } from './cases.ts';
import { cpuUs } from './cpu.ts';
import { encodeOrder } from './orders.ts';
import type { Outcome } from './outcomes.ts';
import { LAST_ADDRESS } from './packets.ts';

/** The whole way of a report, from the line to a reader who looks at each result. */
export const measureScan = async (
  ble: Adapter,
  transport: HciTransport,
  each: Scan,
  scale: number,
): Promise<Outcome> => {
  const perSecond = rateOf(each);
  const count = Math.ceil(perSecond * SECONDS * scale);
  const { size, advertisers, reports: kind } = each;
  const run = async (packets: number): Promise<{ results: number; ms: number }> => {
    await using scanner = ble.scan({ active: true });
    let results = 0;
    const first = scanner.next();
    const began = performance.now();
    const flood = { kind, size, count: packets, perSecond, advertisers };
    transport.send(encodeOrder({ order: 'flood', flood }));
    for (let next = await first; next.done !== true; next = await scanner.next()) {
      const { address, rssi, name } = next.value;
      if (address === LAST_ADDRESS) break;
      if (rssi !== undefined && name !== undefined) results++;
    }
    return { results, ms: performance.now() - began };
  };
  await run(Math.ceil(count / 4));
  const before = cpuUs();
  const { results, ms } = await run(count);
  const usPerPacket = (cpuUs() - before) / count;
  return {
    name: each.name,
    kind: 'scan',
    size,
    pace: 'line',
    usPerPacket,
    octetsPerSecond: (count * packetOctets(kind, size) * 1000) / ms,
    coreShare: (usPerPacket * perSecond) / 1e6,
    results,
  };
};
