import { expect } from 'vitest';
import { AdType, advertisingCase, discoverability, ReportType } from '../../../harness/advertising.ts';
import { bytes, hex } from '../../../harness/pdu.ts';

advertisingCase(
  'GAP/BROB/BCST/BV-02-C',
  {
    file: 'src/gap/advertising/advertising-options.ts',
    from: "answers ? 'scannable' : 'nonConnectable'",
    to: "answers ? 'connectable' : 'nonConnectable'",
  },
  (iut, signal) =>
    iut.broadcast({ advertisingData: bytes('04ff360201'), scanResponseData: bytes('0409616263'), signal }),
  async (hear, bench) => {
    // 1. The upper tester broadcasts with a scan response, and the tester, which asks for it, hears scannable events.
    const heard = await hear();
    expect(heard.type).toBe(ReportType.scannable);
    // 2. What was given for the one is in the one, and what was given for the other in the other.
    expect(heard.data).toEqual(new Map([[AdType.manufacturer, '360201']]));
    const reports = await bench.tester.hear(bench.iut.address, 1_000);
    const responses = reports.filter(({ type }) => type === ReportType.scanResponse);
    expect(new Set(responses.map(({ data }) => data))).toEqual(
      new Set([`0409${hex(new TextEncoder().encode('abc'))}`]),
    );
    expect(discoverability({ ...heard, data: heard.all })).toBe(0);
  },
);
