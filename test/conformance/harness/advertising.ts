import type { Adapter } from 'jelling';
import { expect } from 'vitest';
import { Bench } from './bench.ts';
import { conformance, type Mutation } from './case.ts';
import type { Report } from './lower-tester.ts';
import { type Hex, octetAt, size, slice } from './pdu.ts';

/** Advertising Data types (Assigned Numbers, 2.3). */
export const AdType = {
  flags: 0x01,
  services16: 0x03,
  services128: 0x07,
  name: 0x09,
  txPower: 0x0a,
  peripheralConnectionIntervalRange: 0x12,
  solicitation16: 0x14,
  serviceData16: 0x16,
  publicTargetAddress: 0x17,
  randomTargetAddress: 0x18,
  appearance: 0x19,
  advertisingInterval: 0x1a,
  uri: 0x24,
  leSupportedFeatures: 0x27,
  advertisingIntervalLong: 0x2f,
  manufacturer: 0xff,
} as const;

/** Report types of LE Advertising Report. */
export const ReportType = { connectable: 0, scannable: 2, nonconnectable: 3, scanResponse: 4 } as const;

export const Flag = { limited: 0x01, general: 0x02, noBrEdr: 0x04 } as const;

/** The structures of advertising data by type. Each must be whole, and none may come twice in one packet. */
const structures = (data: Hex): Map<number, Hex> => {
  const found = new Map<number, Hex>();
  for (let at = 0; at < size(data); at += 1 + octetAt(data, at)) {
    const length = octetAt(data, at);
    expect(length).toBeGreaterThan(0);
    expect(at + length).toBeLessThan(size(data));
    const type = octetAt(data, at + 1);
    expect(found.has(type)).toBe(false);
    found.set(type, slice(data, at + 2, at + 1 + length));
  }
  return found;
};

/** What the tester has heard: the kind of advertising, and the structures of its data and of the scan response. */
export interface Heard {
  readonly type: number | undefined;
  readonly data: Map<number, Hex>;
  readonly all: Map<number, Hex>;
}

const heard = (reports: readonly Report[]): Heard => {
  const advertised = reports.find(({ type }) => type !== ReportType.scanResponse);
  const response = reports.find(({ type }) => type === ReportType.scanResponse);
  const data = structures(advertised?.data ?? '');
  return { type: advertised?.type, data, all: new Map([...structures(response?.data ?? ''), ...data]) };
};

/** The flags that tell how discoverable a device is; 0 where there are none. */
export const discoverability = ({ data }: Heard): number =>
  octetAt(data.get(AdType.flags) ?? '00', 0) & (Flag.limited | Flag.general);

/** A case in which the upper tester advertises and the tester listens. */
export const advertisingCase = (
  id: string,
  mutation: Mutation,
  advertise: (iut: Adapter, signal: AbortSignal) => Promise<unknown>,
  procedure: (hear: (ms?: number) => Promise<Heard>, bench: Bench) => Promise<void>,
): void =>
  conformance(id, mutation, async () => {
    await using bench = await Bench.apart();
    const stop = new AbortController();
    const over = advertise(bench.iut, stop.signal).catch((error: unknown) => error);
    await bench.clock.advance(0);
    await procedure(async (ms = 1_000) => heard(await bench.tester.hear(bench.iut.address, ms)), bench);
    stop.abort();
    await bench.run(over);
    await bench.verdict();
  });
