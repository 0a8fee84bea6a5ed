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

const PHY_1M = 1;
const NO_PREFERENCE = 127;
/** The data is all there is: neither to be continued nor to be cut by the controller. */
const COMPLETE_DATA = { operation: 3, fragmentPreference: 1 } as const;
/** High duty cycle advertising must have an end: 1.28 s, in units of 10 ms (Vol 4, Part E, 7.8.56). */
const HIGH_DUTY_DURATION = 128;

/** Advertising_Event_Properties for the legacy PDUs (Vol 4, Part E, 7.8.53), which every scanner understands. */
const eventProperties: Readonly<Record<AdvertisingKind, number>> = {
  connectable: 0x13,
  scannable: 0x12,
  nonConnectable: 0x10,
  directedLowDuty: 0x15,
  directedHighDuty: 0x1d,
};

const setParameters = async (
  hci: Sender,
  advertisingHandle: number,
  { kind, interval, peer = noPeer, privately }: SetParameters,
  own: OwnAddress,
  filtered: boolean,
): Promise<void> => {
  await hci.send(HciCommand.leSetExtendedAdvertisingParameters, {
    advertisingHandle,
    advertisingEventProperties: eventProperties[kind],
    primaryAdvertisingIntervalMin: interval,
    primaryAdvertisingIntervalMax: interval,
    primaryAdvertisingChannelMap: ALL_CHANNELS,
    ownAddressType: ownAddressType(own.type, privately),
    peerAddressType: addressTypeToHci(peer.type),
    peerAddress: peer.address,
    advertisingFilterPolicy: filtered ? ACCEPT_LIST_ALONE : 0,
    advertisingTxPower: NO_PREFERENCE,
    primaryAdvertisingPhy: PHY_1M,
    secondaryAdvertisingMaxSkip: 0,
    secondaryAdvertisingPhy: PHY_1M,
    advertisingSid: advertisingHandle & 0x0f,
    scanRequestNotificationEnable: 0,
  });
};

const initiate = async (
  hci: Sender,
  { peers, parameters }: InitiatingWant,
  own: OwnAddress,
): Promise<void> => {
  const [first, ...more] = peers;
  const byList = more.length > 0;
  const peer = byList ? noPeer : first;
  await hci.send(HciCommand.leExtendedCreateConnection, {
    initiatorFilterPolicy: byList ? 1 : 0,
    ownAddressType: addressTypeToHci(own.type),
    peerAddressType: addressTypeToHci(peer.type),
    peerAddress: peer.address,
    initiatingPhys: PHY_1M,
    phys: [
      {
        scanInterval: parameters.scanInterval,
        scanWindow: parameters.scanWindow,
        connectionIntervalMin: parameters.intervalMin,
        connectionIntervalMax: parameters.intervalMax,
        maxLatency: parameters.peripheralLatency,
        supervisionTimeout: parameters.supervisionTimeout,
        minCeLength: 0,
        maxCeLength: 0,
      },
    ],
  });
};

/** A step by the extended commands. */
export const runExtendedStep = async (hci: Sender, step: RadioStep): Promise<void> => {
  switch (step.op) {
    case 'setScanParameters': {
      const { active, interval, window } = step.scan;
      await hci.send(HciCommand.leSetExtendedScanParameters, {
        ownAddressType: addressTypeToHci(step.ownType),
        scanningFilterPolicy: step.filtered ? 1 : 0,
        scanningPhys: PHY_1M,
        phys: [{ scanType: active ? 1 : 0, scanInterval: interval, scanWindow: window }],
      });
      return;
    }
    case 'enableScan':
    case 'disableScan':
      await hci.send(HciCommand.leSetExtendedScanEnable, {
        enable: step.op === 'enableScan' ? 1 : 0,
        filterDuplicates: step.op === 'enableScan' && step.filterDuplicates ? 1 : 0,
        duration: 0,
        period: 0,
      });
      return;
    case 'initiate':
      return initiate(hci, step.want, step.own);
    case 'setAdvertisingParameters':
      return setParameters(hci, step.handle, step.parameters, step.own, step.filtered);
    case 'setAdvertisingSetAddress':
      await hci.send(HciCommand.leSetAdvertisingSetRandomAddress, {
        advertisingHandle: step.handle,
        randomAddress: step.address,
      });
      return;
    case 'setAdvertisingData':
      await hci.send(HciCommand.leSetExtendedAdvertisingData, {
        advertisingHandle: step.handle,
        ...COMPLETE_DATA,
        advertisingData: step.data,
      });
      return;
    case 'setScanResponseData':
      await hci.send(HciCommand.leSetExtendedScanResponseData, {
        advertisingHandle: step.handle,
        ...COMPLETE_DATA,
        scanResponseData: step.data,
      });
      return;
    case 'enableAdvertising':
    case 'disableAdvertising': {
      const ends = step.op === 'enableAdvertising' && step.kind === 'directedHighDuty';
      const set = {
        advertisingHandle: step.handle,
        duration: ends ? HIGH_DUTY_DURATION : 0,
        maxExtendedAdvertisingEvents: 0,
      };
      await hci.send(HciCommand.leSetExtendedAdvertisingEnable, {
        enable: step.op === 'enableAdvertising' ? 1 : 0,
        sets: [set],
      });
      return;
    }
    case 'removeAdvertisingSet':
      await hci.send(HciCommand.leRemoveAdvertisingSet, { advertisingHandle: step.handle });
      return;
    default:
      return runCommonStep(hci, step);
  }
};
