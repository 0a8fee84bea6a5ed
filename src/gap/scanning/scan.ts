import { addressTypeToHci, isResolvableKey } from '../../core/address.ts';
import { Counters } from '../../core/counters.ts';
import type { WaitScope } from '../../core/wait-scope.ts';
import {
  type AdvertisingReportCursor,
  ANONYMOUS_ADDRESS_TYPE,
  ReportBit,
} from '../../hci/codec/advertising-report.ts';
import { toAcceptOnly } from '../peer-like.ts';
import type { PeerIdentities } from '../privacy/peer-identities.ts';
import type { Radio } from '../radio/radio.ts';
import type { Peer } from '../radio/radio-controller.ts';
import type { ScanWant } from '../radio/radio-plan.ts';
import type { ScanUser } from '../radio/radio-users.ts';
import { sameScan, unionOfScans } from './scan-parameters.ts';
import { ScanReassembly } from './scan-reassembly.ts';
import type { DeviceFor } from './scan-result.ts';
import type { TableReport } from './scan-table.ts';
import { type RunningScan, Scanner, type ScannerOwner, type ScanOptions } from './scanner.ts';

/** All the scanners of an adapter, over one radio. */
export class ScanManager<Device> implements ScanUser, ScannerOwner {
  readonly counters = new Counters([
    'reportsMalformed',
    'reportsAnonymous',
    'chainsDropped',
    'advertisersDropped',
  ]);
  readonly #radio: Radio;
  readonly #deviceFor: DeviceFor<Device>;
  readonly #identities: Pick<PeerIdentities, 'resolves' | 'hear' | 'identify'> | undefined;
  readonly #running = new Set<RunningScan>();
  readonly #reassembly: ScanReassembly;
  #want: ScanWant | undefined;

  /** `identities` tell who is behind a private address; without them results go by the addresses of the air. */
  constructor(
    radio: Radio,
    deviceFor: DeviceFor<Device>,
    identities?: Pick<PeerIdentities, 'resolves' | 'hear' | 'identify'>,
  ) {
    this.#radio = radio;
    this.#deviceFor = deviceFor;
    this.#identities = identities;
    this.#reassembly = new ScanReassembly(radio.controller.clock, () => this.counters.add('chainsDropped'));
  }

  /** What is held in memory: advertisers that scanners remember, those among them that wait to be read, and chains of fragments. */
  get held(): { readonly advertisers: number; readonly waiting: number; readonly chains: number } {
    let [advertisers, waiting] = [0, 0];
    for (const { table } of this.#running) {
      advertisers += table.size;
      waiting += table.waiting;
    }
    return { advertisers, waiting, chains: this.#reassembly.size };
  }

  /** A scanner, which begins when its first result is asked for and lasts as long as `life`. Throws InvalidArgumentError for options out of range. */
  scan(options: ScanOptions = {}, life: WaitScope = this.#radio.life): Scanner<Device> {
    const identify = (peer: Peer): Peer => this.#identities?.identify(peer) ?? peer;
    const acceptOnly = toAcceptOnly(options.acceptOnly, identify);
    const clock = this.#radio.controller.clock;
    return new Scanner({ owner: this, clock, life, deviceFor: this.#deviceFor }, options, acceptOnly);
  }

  started(scan: RunningScan): void {
    this.#running.add(scan);
    this.#plan(true);
  }

  ended(scan: RunningScan): Promise<void> {
    this.#running.delete(scan);
    this.#plan(false);
    const others = this.#running.size > 0;
    return others
      ? Promise.resolve()
      : this.#radio.until(({ scanning }) => !scanning || this.#running.size > 0);
  }

  advertiserDropped(): void {
    this.counters.add('advertisersDropped');
  }

  interrupted(): void {
    this.#reassembly.clear();
  }

  failed(error: Error): void {
    this.#want = undefined;
    const running = [...this.#running];
    this.#running.clear();
    for (const scan of running) scan.fail(error);
  }

  reports(reports: AdvertisingReportCursor): void {
    // Some are still on their way when the last scanner has ended.
    if (this.#running.size === 0) return;
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
    for (const scan of this.#running) scan.deliver();
  }

  #share(onAir: AdvertisingReportCursor, data: Uint8Array): void {
    const report = this.#identified(onAir);
    const response = (report.eventType & ReportBit.scanResponse) !== 0;
    for (const { parameters, table, accepts } of this.#running) {
      // Another scanner's active scanning is none of a passive one's business, nor is whom it listens to.
      if (response && !parameters.active) continue;
      if (accepts === undefined || accepts.has(report.addressKey)) table.report(report, data);
    }
  }

  /** A peer that is known behind its address is one advertiser, however often the address changes. */
  #identified(report: AdvertisingReportCursor): TableReport {
    if (this.#identities?.resolves !== true || !isResolvableKey(report.addressKey)) return report;
    const known = this.#identities.hear(report.address);
    if (known === undefined) return report;
    const { eventType, rssi, advertisingSid } = report;
    const { address, type } = known.peer;
    return {
      addressKey: known.key,
      address,
      addressType: addressTypeToHci(type),
      advertisingSid,
      eventType,
      rssi,
    };
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
