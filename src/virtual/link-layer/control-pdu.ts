import type { ParameterRange } from './link-parameters.ts';

/** What a controller tells of itself (Vol 6, Part B, 2.4.2.13). */
export interface LinkLayerVersion {
  readonly version: number;
  readonly companyIdentifier: number;
  readonly subversion: number;
}

export interface DataLengths {
  readonly maxRxOctets: number;
  readonly maxRxTime: number;
  readonly maxTxOctets: number;
  readonly maxTxTime: number;
}

/** LL Control PDUs by the names of Vol 6, Part B, 2.4.2. */
export type ControlPdu =
  | { readonly op: 'terminateInd'; readonly reason: number }
  | {
      readonly op: 'connectionUpdateInd';
      readonly interval: number;
      readonly latency: number;
      readonly timeout: number;
    }
  | { readonly op: 'channelMapInd'; readonly channelMap: Uint8Array }
  | ({ readonly op: 'connectionParamReq' } & ParameterRange)
  | ({ readonly op: 'connectionParamRsp' } & ParameterRange)
  | { readonly op: 'featureReq'; readonly features: Uint8Array }
  | { readonly op: 'peripheralFeatureReq'; readonly features: Uint8Array }
  | { readonly op: 'featureRsp'; readonly features: Uint8Array }
  | ({ readonly op: 'versionInd' } & LinkLayerVersion)
  | ({ readonly op: 'lengthReq' } & DataLengths)
  | ({ readonly op: 'lengthRsp' } & DataLengths)
  | { readonly op: 'phyReq'; readonly txPhys: number; readonly rxPhys: number }
  | { readonly op: 'phyRsp'; readonly txPhys: number; readonly rxPhys: number }
  | {
      readonly op: 'phyUpdateInd';
      readonly centralToPeripheral: number;
      readonly peripheralToCentral: number;
    }
  | { readonly op: 'encReq'; readonly rand: Uint8Array; readonly ediv: number }
  | { readonly op: 'encRsp' }
  | { readonly op: 'startEncReq' }
  /** The first packet under the new key: `key` stands for what its integrity code proves. */
  | { readonly op: 'startEncRsp'; readonly key: Uint8Array }
  | { readonly op: 'pauseEncReq' }
  | { readonly op: 'pauseEncRsp' }
  | { readonly op: 'reject'; readonly rejected: RequestOp; readonly error: number }
  | { readonly op: 'unknownRsp'; readonly unknown: RequestOp };

/** What can be refused. */
export type RequestOp =
  | 'connectionParamReq'
  | 'featureReq'
  | 'peripheralFeatureReq'
  | 'lengthReq'
  | 'phyReq'
  | 'encReq';
