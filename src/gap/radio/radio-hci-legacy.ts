import { addressTypeToHci } from '../../core/address.ts';
import { HciCommand } from '../../hci/codec/commands.ts';
import type { OwnAddress } from './radio-controller.ts';
import {
  ACCEPT_LIST_ALONE,
  ALL_CHANNELS,
  noPeer,
  ownAddressType,
  runCommonStep,
  type Sender,
} from './radio-hci-common.ts';
import type { AdvertisingKind, InitiatingWant, RadioStep, SetParameters } from './radio-plan.ts';

/** Advertising_Type (Vol 4, Part E, 7.8.5). */
const advertisingTypes: Readonly<Record<AdvertisingKind, number>> = {
  connectable: 0,
  directedHighDuty: 1,
  scannable: 2,
  nonConnectable: 3,
  directedLowDuty: 4,
};

const setParameters = async (
  hci: Sender,
  { kind, interval, peer = noPeer, privately }: SetParameters,
  own: OwnAddress,
  filtered: boolean,
) => {
  await hci.send(HciCommand.leSetAdvertisingParameters, {
    advertisingIntervalMin: interval,
    advertisingIntervalMax: interval,
    advertisingType: advertisingTypes[kind],
    ownAddressType: ownAddressType(own.type, privately),
    peerAddressType: addressTypeToHci(peer.type),
    peerAddress: peer.address,
    advertisingChannelMap: ALL_CHANNELS,
    advertisingFilterPolicy: filtered ? ACCEPT_LIST_ALONE : 0,
  });
};

const initiate = async (hci: Sender, { peers, parameters }: InitiatingWant, own: OwnAddress) => {
  const [first, ...more] = peers;
  const byList = more.length > 0;
  const peer = byList ? noPeer : first;
  await hci.send(HciCommand.leCreateConnection, {
    leScanInterval: parameters.scanInterval,
    leScanWindow: parameters.scanWindow,
    initiatorFilterPolicy: byList ? 1 : 0,
    peerAddressType: addressTypeToHci(peer.type),
    peerAddress: peer.address,
    ownAddressType: addressTypeToHci(own.type),
    connectionIntervalMin: parameters.intervalMin,
    connectionIntervalMax: parameters.intervalMax,
    maxLatency: parameters.peripheralLatency,
    supervisionTimeout: parameters.supervisionTimeout,
    minCeLength: 0,
    maxCeLength: 0,
  });
};

const enable = async (hci: Sender, on: boolean): Promise<void> => {
  await hci.send(HciCommand.leSetAdvertisingEnable, { advertisingEnable: on ? 1 : 0 });
};

/** A step by the legacy commands, which know one advertising set. */
export const runLegacyStep = async (hci: Sender, step: RadioStep): Promise<void> => {
  switch (step.op) {
    case 'setScanParameters':
      await hci.send(HciCommand.leSetScanParameters, {
        leScanType: step.scan.active ? 1 : 0,
        leScanInterval: step.scan.interval,
        leScanWindow: step.scan.window,
        ownAddressType: addressTypeToHci(step.ownType),
        scanningFilterPolicy: step.filtered ? 1 : 0,
      });
      return;
    case 'enableScan':
      await hci.send(HciCommand.leSetScanEnable, {
        leScanEnable: 1,
        filterDuplicates: step.filterDuplicates ? 1 : 0,
      });
      return;
    case 'disableScan':
      await hci.send(HciCommand.leSetScanEnable, { leScanEnable: 0, filterDuplicates: 0 });
      return;
    case 'initiate':
      return initiate(hci, step.want, step.own);
    case 'setAdvertisingParameters':
      return setParameters(hci, step.parameters, step.own, step.filtered);
    case 'setAdvertisingData':
      await hci.send(HciCommand.leSetAdvertisingData, { advertisingData: step.data });
      return;
    case 'setScanResponseData':
      await hci.send(HciCommand.leSetScanResponseData, { scanResponseData: step.data });
      return;
    case 'enableAdvertising':
      return enable(hci, true);
    case 'disableAdvertising':
      return enable(hci, false);
    case 'setAdvertisingSetAddress':
    case 'removeAdvertisingSet':
      // There is one set, it is always there, and its address is that of the controller.
      return;
    default:
      return runCommonStep(hci, step);
  }
};
