import type { Address } from '../../core/address.ts';
import { addressTypeToHci } from '../../core/address.ts';
import {
  ANONYMOUS_ADDRESS_TYPE,
  DataStatus,
  NO_ADVERTISING_SID,
  NOT_AVAILABLE_DBM,
  ReportBit,
} from '../../hci/codec/advertising-report.ts';
import { HciCommand } from '../../hci/codec/commands.ts';
import { HciErrorCode } from '../../hci/codec/error-codes.ts';
import { HciEvent } from '../../hci/codec/events.ts';
import type { ControllerCore } from '../controller-core.ts';
import { PhyMask } from '../link-layer/phy-choice.ts';
import { Scanner, type ScanReport } from '../link-layer/scanner.ts';
import { clampRssi, Phy } from '../propagation.ts';
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
import { validScanTimes } from './scanning.ts';

const LONGEST_SCAN = 0xffff;
const DURATION_UNIT_MS = 10;
const PERIOD_UNIT_MS = 1280;
/** What fits into one report of an event with 255 octets of parameters. */
const DATA_IN_REPORT = 229;
const NOBODY = '00:00:00:00:00:00' as Address;

/** The PHYs of Scanning_PHYs and Initiating_PHYs in the order in which their parameters come. */
export const physOf = (mask: number): readonly number[] =>
  [Phy.le1M, Phy.le2M, Phy.coded].filter((phy) => (mask & (1 << (phy - 1))) !== 0);

const setParameters = complete('5.0', HciCommand.leSetExtendedScanParameters, (core, p) => {
  if (!speaks(core, 'extended') || core.state.scanning !== undefined) return DISALLOWED;
  const phys = physOf(p.scanningPhys);
  if (phys.length === 0 || phys.length !== p.phys.length || p.scanningPhys > PhyMask.all) return INVALID;
  // Nobody advertises on 2M first.
  if (phys.includes(Phy.le2M)) return INVALID;
  if ((p.scanningPhys & ~core.profile.phys) !== 0) return HciErrorCode.unsupportedFeatureOrParameterValue;
  if (!validOwnAddressType(core, p.ownAddressType) || !validScanFilterPolicy(core, p.scanningFilterPolicy))
    return INVALID;
  for (const { scanType, scanInterval, scanWindow } of p.phys) {
    if (scanType > 1 || !validScanTimes(scanInterval, scanWindow, LONGEST_SCAN)) return INVALID;
  }
  core.state.extendedScan = {
    ownAddressType: p.ownAddressType,
    filterPolicy: p.scanningFilterPolicy,
    phys: phys.map((phy, i) => ({
      phy,
      active: p.phys[i]?.scanType === 1,
      intervalMs: (p.phys[i]?.scanInterval ?? 0) * SLOT_MS,
      windowMs: (p.phys[i]?.scanWindow ?? 0) * SLOT_MS,
    })),
  };
  return OK;
});

const enable = complete('5.0', HciCommand.leSetExtendedScanEnable, (core, p) => {
  if (!speaks(core, 'extended')) return DISALLOWED;
  if (p.enable > 1 || p.filterDuplicates > 2) return INVALID;
  const { state } = core;
  if (p.enable === 0) {
    state.scanning?.stop();
    state.scanning = undefined;
    return OK;
  }
  if (p.filterDuplicates === 2 && p.period === 0) return INVALID;
  const durationMs = p.duration * DURATION_UNIT_MS;
  const periodMs = p.period * PERIOD_UNIT_MS;
  if (p.duration > 0 && p.period > 0 && durationMs >= periodMs) return INVALID;
  const { ownAddressType, filterPolicy, phys } = state.extendedScan;
  const base = core.ownAddress(ownAddressType);
  if (base === undefined) return INVALID;
  state.scanning?.stop();
  if (core.profile.feignsExtendedCommands) return OK;
  const scanner = new Scanner({
    medium: core.medium,
    station: core.station,
    times: phys,
    active: new Set(phys.filter(({ active }) => active).map(({ phy }) => phy)),
    extended: true,
    phys: core.profile.phys,
    own: (advertiser) => core.ownAddress(ownAddressType, advertiser) ?? base,
    identities: state.resolvingList,
    filterPolicy,
    filterDuplicates: p.filterDuplicates > 0,
    acceptList: state.acceptList,
    onReport: (report) => reportExtended(core, report),
  });
  const periodic = p.period > 0 && p.duration > 0;
  state.scanning = new TimedScan(core.medium, scanner, {
    durationMs: p.duration === 0 ? Number.POSITIVE_INFINITY : durationMs,
    periodMs: periodic ? periodMs : undefined,
    forgets: p.filterDuplicates === 2,
    onTimeout: () => {
      state.scanning = undefined;
      core.event(HciEvent.leScanTimeout, {});
    },
  });
  return OK;
});

const bitsOf = ({ event, scanResponse }: ScanReport): number =>
  (event.connectable ? ReportBit.connectable : 0) |
  (event.scannable ? ReportBit.scannable : 0) |
  (event.target === undefined ? 0 : ReportBit.directed) |
  (scanResponse ? ReportBit.scanResponse : 0) |
  (event.legacy ? ReportBit.legacy : 0);

/** One report for each part of the data that an event can hold (7.7.65.13). */
const reportExtended = (core: ControllerCore, report: ScanReport): void => {
  const { host } = core;
  // A host that does not follow loses reports, not memory.
  if (host?.writable !== true) return;
  const { event, who, data, rssi } = report;
  for (let at = 0; at === 0 || at < data.length; at += DATA_IN_REPORT) {
    const more = at + DATA_IN_REPORT < data.length;
    const status = more ? DataStatus.incompleteMore : DataStatus.complete;
    core.event(HciEvent.leExtendedAdvertisingReport, {
      reports: [
        {
          eventType: bitsOf(report) | (status << 5),
          addressType: who === undefined ? ANONYMOUS_ADDRESS_TYPE : identityTypeToHci(who),
          address: who?.device.address ?? NOBODY,
          primaryPhy: event.primaryPhy,
          secondaryPhy: event.secondaryPhy,
          advertisingSid: event.sid ?? NO_ADVERTISING_SID,
          txPower: event.txPowerDbm ?? NOT_AVAILABLE_DBM,
          rssi: clampRssi(rssi),
          periodicAdvertisingInterval: 0,
          directAddressType: event.target === undefined ? 0 : addressTypeToHci(event.target.type),
          directAddress: event.target?.address ?? NOBODY,
          data: data.subarray(at, at + DATA_IN_REPORT),
        },
      ],
    });
  }
};

/** Extended scanning (Vol 4, Part E, 7.8.64 and 7.8.65). */
export const extendedScanningHandlers: readonly Handler[] = [setParameters, enable];
