import type { Device, ScanOptions, ScanResult } from 'jelling';
import type { Bench } from './bench.ts';
import { type Hex, hex } from './pdu.ts';

/** TGAP(lim_disc_scan_min) and TGAP(gen_disc_scan_min) (Vol 3, Part C, Appendix A). */
const ShortestDiscovery = { limitedMs: 10_240, generalMs: 10_240 } as const;

/** What the upper tester hears of the tester in one scan: everything that it is told of it, in order. */
export const observe = async (
  { iut, tester, run }: Bench,
  options: ScanOptions,
): Promise<ScanResult<Device>[]> => {
  const listen = async (): Promise<ScanResult<Device>[]> => {
    const heard: ScanResult<Device>[] = [];
    for await (const result of iut.scan(options)) if (result.address === tester.address) heard.push(result);
    return heard;
  };
  return run(listen());
};

/** What was heard last, as octets: the advertising data and the scan response. */
export const payloadsOf = (heard: readonly ScanResult<Device>[]): readonly [data: Hex, scanResponse: Hex] => {
  const last = heard.at(-1);
  if (last === undefined) throw new Error('the upper tester was told of no advertising');
  return [hex(last.advertisingData), hex(last.scanResponseData)];
};

/** Whether one of the discovery procedures finds the tester. */
export const discovers = async (bench: Bench, discoverable: 'limited' | 'general'): Promise<boolean> => {
  const durationMs = ShortestDiscovery[`${discoverable}Ms`];
  return (await observe(bench, { discoverable, durationMs })).length > 0;
};

/** Whether the tester can be heard at all: else that it is not discovered would say nothing. */
export const isHeard = async (bench: Bench): Promise<boolean> =>
  (await observe(bench, { durationMs: 1_000 })).length > 0;
