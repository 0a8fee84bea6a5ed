import { writeAddress } from '../../core/address.ts';
import { ByteWriter } from '../../core/bytes.ts';
import { HciPacketType } from '../../core/transport.ts';
import { LegacyEventType } from '../../hci/codec/advertising-report.ts';
import { HciCommand } from '../../hci/codec/commands.ts';
import { EVENT_HEADER_LENGTH, LE_META_EVENT_CODE } from '../../hci/codec/event.ts';
import { HciEvent } from '../../hci/codec/events.ts';
import type { ControllerCore } from '../controller-core.ts';
import type { AdvertisingEvent } from '../link-layer/advertiser.ts';
import { PhyMask } from '../link-layer/phy-choice.ts';
import { Scanner, type ScanReport } from '../link-layer/scanner.ts';
import { clampRssi } from '../propagation.ts';
import { TimedScan } from '../timed-scan.ts';
import {
  DISALLOWED,
  INVALID,
  identityTypeToHci,
  OK,
  SLOT_MS,
  speaks,
  validOwnAddressType,
  validScanFilterPolicy,
} from './checks.ts';
import { complete, type Handler } from './handler.ts';

const SHORTEST_SCAN = 0x0004;
const LONGEST_SCAN = 0x4000;

export const validScanTimes = (interval: number, window: number, longest = LONGEST_SCAN): boolean =>
  interval >= SHORTEST_SCAN && interval <= longest && window >= SHORTEST_SCAN && window <= interval;

const setParameters = complete('4.0', HciCommand.leSetScanParameters, (core, p) => {
  if (!speaks(core, 'legacy') || core.state.scanning !== undefined) return DISALLOWED;
  if (p.leScanType > 1 || !validScanTimes(p.leScanInterval, p.leScanWindow)) return INVALID;
  if (!validOwnAddressType(core, p.ownAddressType) || !validScanFilterPolicy(core, p.scanningFilterPolicy))
    return INVALID;
  core.state.scan = {
    active: p.leScanType === 1,
    interval: p.leScanInterval,
    window: p.leScanWindow,
    ownAddressType: p.ownAddressType,
    filterPolicy: p.scanningFilterPolicy,
  };
  return OK;
});

const enable = complete('4.0', HciCommand.leSetScanEnable, (core, p) => {
  if (!speaks(core, 'legacy')) return DISALLOWED;
  if (p.leScanEnable > 1 || p.filterDuplicates > 1) return INVALID;
  const { state } = core;
  state.scanning?.stop();
  state.scanning = undefined;
  if (p.leScanEnable === 0) return OK;
  const { active, interval, window, ownAddressType, filterPolicy } = state.scan;
  const base = core.ownAddress(ownAddressType);
  if (base === undefined) return INVALID;
  const scanner = new Scanner({
    medium: core.medium,
    station: core.station,
    times: [{ phy: 1, intervalMs: interval * SLOT_MS, windowMs: window * SLOT_MS }],
    active: new Set(active ? [1] : []),
    extended: false,
    phys: PhyMask.le1M,
    own: (advertiser) => core.ownAddress(ownAddressType, advertiser) ?? base,
    identities: state.resolvingList,
    filterPolicy,
    filterDuplicates: p.filterDuplicates === 1,
    acceptList: state.acceptList,
    onReport: (report) => reportLegacy(core, report),
  });
  state.scanning = new TimedScan(core.medium, scanner, { durationMs: Number.POSITIVE_INFINITY });
  return OK;
});

const eventTypeOf = (event: AdvertisingEvent): number => {
  if (event.target !== undefined) return LegacyEventType.advDirectInd;
  if (event.connectable) return LegacyEventType.advInd;
  return event.scannable ? LegacyEventType.advScanInd : LegacyEventType.advNonconnInd;
};

/** One report an event (7.7.65.2), written by hand: scanning brings more of these than of all other events together. */
const reportLegacy = (core: ControllerCore, { event, who, scanResponse, data, rssi }: ScanReport): void => {
  const { host } = core;
  if (host === undefined || who === undefined || !core.wants(HciEvent.leAdvertisingReport)) return;
  // A host that does not follow loses reports, not memory.
  if (!host.writable) return;
  const packet = new Uint8Array(EVENT_HEADER_LENGTH + 2 + 10 + data.length);
  packet[0] = HciPacketType.event;
  packet[1] = LE_META_EVENT_CODE;
  packet[2] = packet.length - EVENT_HEADER_LENGTH;
  packet[3] = 0x02;
  packet[4] = 1;
  packet[5] = scanResponse ? LegacyEventType.scanRsp : eventTypeOf(event);
  packet[6] = identityTypeToHci(who);
  writeAddress(new ByteWriter(packet, 7), who.device.address);
  packet[13] = data.length;
  packet.set(data, 14);
  packet[14 + data.length] = clampRssi(rssi) & 0xff;
  host.deliver(packet);
};

/** Legacy scanning (Vol 4, Part E, 7.8.10 and 7.8.11). */
export const scanningHandlers: readonly Handler[] = [setParameters, enable];
