import { Counters } from '../core/counters.ts';
import {
  type AdvertisingReportCursor,
  ANONYMOUS_ADDRESS_TYPE,
  ReportBit,
} from '../hci/codec/advertising-report.ts';
import type { Radio } from './radio.ts';
import type { ScanWant } from './radio-plan.ts';
import type { ScanUser } from './radio-users.ts';
import { sameScan, unionOfScans } from './scan-parameters.ts';
import { ScanReassembly } from './scan-reassembly.ts';
import type { DeviceFor } from './scan-result.ts';
import { Scanner, type ScannerOwner, type ScanOptions } from './scanner.ts';

/** All the scanners of an adapter, over one radio. */
export class ScanManager<Device> implements ScanUser, ScannerOwner<Device> {
  readonly counters = new Counters([
    'reportsMalformed',
    'reportsAnonymous',
    'chainsDropped',
    'advertisersDropped',
  ]);
  readonly #radio: Radio;
  readonly #deviceFor: DeviceFor<Device>;
  readonly #running = new Set<Scanner<Device>>();
  readonly #reassembly: ScanReassembly;
  #want: ScanWant | undefined;

  constructor(radio: Radio, deviceFor: DeviceFor<Device>) {
    this.#radio = radio;
    this.#deviceFor = deviceFor;
    this.#reassembly = new ScanReassembly(radio.controller.clock, () => this.counters.add('chainsDropped'));
  }

  /** A scanner, which begins when its first result is asked for. Throws InvalidArgumentError for options out of range. */
  scan(options: ScanOptions = {}): Scanner<Device> {
    return new Scanner(this, this.#radio, this.#deviceFor, options);
  }

  started(scanner: Scanner<Device>): void {
    this.#running.add(scanner);
    this.#plan(true);
  }

  ended(scanner: Scanner<Device>): Promise<void> {
    this.#running.delete(scanner);
    this.#plan(false);
    const others = this.#running.size > 0;
    return others
      ? Promise.resolve()
      : this.#radio.until(({ scanning }) => !scanning || this.#running.size > 0);
  }

  advertiserDropped(): void {
    this.counters.add('advertisersDropped');
  }

  failed(error: Error): void {
    this.#want = undefined;
    const scanners = [...this.#running];
    this.#running.clear();
    for (const scanner of scanners) scanner.fail(error);
  }

  reports(reports: AdvertisingReportCursor): void {
    while (reports.next()) {
      if (reports.addressType === ANONYMOUS_ADDRESS_TYPE) {
        this.counters.add('reportsAnonymous');
        continue;
      }
      const data = this.#reassembly.dataOf(reports);
      if (data !== undefined) this.#share(reports, data);
    }
    if (reports.malformed) this.counters.add('reportsMalformed');
    // Readers are woken when the whole event is in, so that they see an advertisement together with its scan response.
    for (const scanner of this.#running) scanner.deliver();
  }

  #share(report: AdvertisingReportCursor, data: Uint8Array): void {
    const response = (report.eventType & ReportBit.scanResponse) !== 0;
    for (const scanner of this.#running) {
      // Another scanner's active scanning is none of a passive one's business.
      if (!response || scanner.parameters.active) scanner.table.report(report, data);
    }
  }

  /** `joined`: with duplicates filtered, a newcomer would not hear of those already reported, unless scanning starts anew. */
  #plan(joined: boolean): void {
    const union = unionOfScans([...this.#running].map(({ parameters }) => parameters));
    const held = this.#want;
    const goesOn =
      union !== undefined &&
      held !== undefined &&
      sameScan(union, held) &&
      !(joined && held.filterDuplicates);
    if (!goesOn) this.#want = union;
    if (union === undefined) this.#reassembly.clear();
    this.#radio.wantScan(this.#want, this);
  }
}
