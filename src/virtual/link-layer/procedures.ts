import { noTimer, type Timer } from '../../core/clock.ts';
import { HciErrorCode } from '../../hci/codec/error-codes.ts';
import { bitOf, LeFeature } from '../../hci/codec/features.ts';
import type { ControlPdu, LinkLayerVersion, RequestOp } from './control-pdu.ts';
import { dataFlows, type EncryptionInput, type EncryptionState } from './encryption.ts';
import { EncryptionControl } from './encryption-control.ts';
import type { LinkEnd } from './link-end.ts';
import { supervisionMs } from './link-parameters.ts';
import { ParameterControl } from './parameter-control.ts';
import { choosePhy, type PhyPreference } from './phy-choice.ts';
import { ProcedureQueue } from './procedure-queue.ts';

const NO_FEATURES = new Uint8Array(8);

/**
 * The control procedures of one end of a link (Vol 6, Part B, 5.1): those its own host asks for, one after the other, and the answers to
 * those of the peer.
 */
export class LinkProcedures {
  /** Those that change how often the link meets. */
  readonly parameters: ParameterControl;
  readonly #end: LinkEnd;
  readonly #queue: ProcedureQueue;
  readonly #encryption: EncryptionControl;
  #termination: Timer = noTimer;
  #terminating = false;
  #remoteVersion: LinkLayerVersion | undefined;
  #versionSent = false;
  #remoteFeatures: Uint8Array | undefined;
  #phyWanted: PhyPreference = { txPhys: 0, rxPhys: 0 };
  #phyByHost = false;

  constructor(end: LinkEnd) {
    this.#end = end;
    this.#queue = new ProcedureQueue(end);
    this.parameters = new ParameterControl(end, this.#queue);
    this.#encryption = new EncryptionControl(end, this.#queue, (reason) => this.terminate(reason));
  }

  get encryption(): EncryptionState {
    return this.#encryption.state;
  }

  get terminating(): boolean {
    return this.#terminating;
  }

  get remoteFeatures(): Uint8Array | undefined {
    return this.#remoteFeatures;
  }

  stop(): void {
    this.#termination.cancel();
    this.#queue.stop();
  }

  /** Whether encryption is being started, or waits to be. */
  get encrypting(): boolean {
    return !dataFlows(this.#encryption.state) || this.#queue.has('encryption');
  }

  // What the own host asks for.

  terminate(reason: number): void {
    this.#terminating = true;
    const { link } = this.#end;
    this.#end.sendControl({ op: 'terminateInd', reason });
    this.#termination = link.medium.after(supervisionMs(link.parameters), () =>
      this.#end.close(HciErrorCode.connectionTerminatedByLocalHost),
    );
  }

  encrypt(input: EncryptionInput & { readonly type: 'enable' }): void {
    this.#queue.start('encryption', () => this.#encryption.step(input));
  }

  answerKey(key: Uint8Array | undefined): void {
    this.#encryption.step({ type: 'hostKey', key });
  }

  readFeatures(): void {
    const known = this.#remoteFeatures;
    this.#queue.start('features', () => {
      if (known !== undefined) this.#featuresDone(HciErrorCode.success, known);
      else {
        const { features } = this.#end.owner.capabilities;
        this.#end.sendControl({
          op: this.#end.role === 'central' ? 'featureReq' : 'peripheralFeatureReq',
          features,
        });
      }
    });
  }

  readVersion(): void {
    this.#queue.start('version', () => {
      if (this.#remoteVersion === undefined) this.#sendVersion();
      else this.#versionDone(this.#remoteVersion);
    });
  }

  /** Asks for packets of that length; without one, for what the link was made with. */
  changeLength(txOctets?: number, txTime?: number): void {
    const { lengths, owner } = this.#end;
    this.#queue.start('length', () => {
      // What is sent grows or shrinks when the peer has answered.
      if (txOctets !== undefined) lengths.maxTxOctets = Math.min(txOctets, owner.capabilities.maxTxOctets);
      if (txTime !== undefined) lengths.maxTxTime = Math.min(txTime, owner.capabilities.maxTxTime);
      this.#end.sendControl({ op: 'lengthReq', ...lengths.local });
    });
  }

  changePhy(preference: PhyPreference, byHost: boolean): void {
    this.#queue.start('phy', () => {
      this.#phyWanted = preference;
      this.#phyByHost = byHost;
      this.#end.sendControl({ op: 'phyReq', ...preference });
    });
  }

  /** The central leaves channels out, or takes them back (5.1.2). */
  changeChannels(channelMap: Uint8Array): void {
    const { link } = this.#end;
    this.#end.sendControl({ op: 'channelMapInd', channelMap });
    link.atInstant(() => {
      link.channelMap = channelMap;
    });
  }

  // What the peer sends.

  /** The peer's link layer has a control PDU of this end. */
  delivered(pdu: ControlPdu): void {
    if (pdu.op === 'terminateInd') this.#end.close(HciErrorCode.connectionTerminatedByLocalHost);
  }

  received(pdu: ControlPdu): void {
    const end = this.#end;
    switch (pdu.op) {
      case 'terminateInd':
        end.close(pdu.reason);
        return;
      case 'connectionUpdateInd':
      case 'channelMapInd':
        // What they announce happens at its instant, at both ends together.
        return;
      case 'connectionParamReq':
        this.parameters.requested(pdu);
        return;
      case 'connectionParamRsp':
        this.parameters.responded(pdu);
        return;
      case 'featureReq':
      case 'peripheralFeatureReq':
        this.#featuresRequested(pdu);
        return;
      case 'featureRsp':
        this.#remoteFeatures = pdu.features;
        this.#featuresDone(HciErrorCode.success, pdu.features);
        return;
      case 'versionInd':
        this.#remoteVersion = pdu;
        if (!this.#versionSent) this.#sendVersion();
        if (this.#queue.current === 'version') this.#versionDone(pdu);
        return;
      case 'lengthReq':
        this.#setRemoteLengths(pdu);
        return;
      case 'lengthRsp':
        end.lengths.setRemote(pdu);
        if (end.lengths.changed()) end.owner.dataLengthChanged(end);
        this.#queue.finish('length');
        return;
      case 'phyReq':
        this.#phyRequested(pdu);
        return;
      case 'phyRsp':
        if (this.#queue.current === 'phy') this.#decidePhy(this.#phyWanted, pdu);
        return;
      case 'phyUpdateInd':
        return;
      case 'encReq':
      case 'encRsp':
      case 'startEncReq':
      case 'startEncRsp':
      case 'pauseEncReq':
      case 'pauseEncRsp':
        this.#encryption.step(
          pdu.op === 'encReq' ? { type: 'encReq', rand: pdu.rand, ediv: pdu.ediv } : encryptionInput(pdu),
        );
        return;
      case 'reject':
        this.#refused(pdu.rejected, pdu.error);
        return;
      case 'unknownRsp':
        this.#refused(pdu.unknown, HciErrorCode.unsupportedRemoteFeature);
        return;
    }
  }

  #reject(rejected: RequestOp, error: number): void {
    this.#end.sendControl({ op: 'reject', rejected, error });
  }

  #supports(feature: number): boolean {
    return bitOf(this.#end.owner.capabilities.features, feature);
  }

  #refused(op: RequestOp, error: number): void {
    const end = this.#end;
    switch (op) {
      case 'encReq':
        this.#encryption.step({ type: 'rejected', error });
        return;
      case 'featureReq':
      case 'peripheralFeatureReq':
        this.#featuresDone(error, NO_FEATURES);
        return;
      case 'lengthReq':
        this.#queue.finish('length');
        return;
      case 'phyReq':
        if (this.#queue.finish('phy') && this.#phyByHost) end.owner.phyChanged(end, error);
        return;
      case 'connectionParamReq':
        this.parameters.refused(error);
        return;
    }
  }

  // Features and version (5.1.4, 5.1.5).

  #featuresRequested(pdu: ControlPdu & { readonly op: 'featureReq' | 'peripheralFeatureReq' }): void {
    if (pdu.op === 'peripheralFeatureReq' && !this.#supports(LeFeature.peripheralInitiatedFeaturesExchange)) {
      this.#end.sendControl({ op: 'unknownRsp', unknown: pdu.op });
      return;
    }
    const own = this.#end.owner.capabilities.features;
    this.#remoteFeatures = pdu.features;
    // The first octet of the answer is what both can do, the others are what this side can (2.4.2.10).
    const features = own.map((octet, i) => (i === 0 ? octet & (pdu.features[0] ?? 0) : octet));
    this.#end.sendControl({ op: 'featureRsp', features });
  }

  #featuresDone(status: number, features: Uint8Array): void {
    if (this.#queue.current !== 'features') return;
    this.#end.owner.featuresRead(this.#end, status, features);
    this.#queue.finish('features');
  }

  /** Once in the life of a link (5.1.5). */
  #sendVersion(): void {
    this.#versionSent = true;
    this.#end.sendControl({ op: 'versionInd', ...this.#end.owner.capabilities.version });
  }

  #versionDone(version: LinkLayerVersion): void {
    this.#end.owner.versionRead(this.#end, HciErrorCode.success, version);
    this.#queue.finish('version');
  }

  // Data length (5.1.9).

  #setRemoteLengths(pdu: ControlPdu & { readonly op: 'lengthReq' }): void {
    const end = this.#end;
    if (!this.#supports(LeFeature.dataPacketLengthExtension)) {
      end.sendControl({ op: 'unknownRsp', unknown: 'lengthReq' });
      return;
    }
    end.lengths.setRemote(pdu);
    end.sendControl({ op: 'lengthRsp', ...end.lengths.local });
    if (end.lengths.changed()) end.owner.dataLengthChanged(end);
  }

  // PHY (5.1.10).

  #phyRequested(pdu: ControlPdu & { readonly op: 'phyReq' }): void {
    const end = this.#end;
    if (!this.#supports(LeFeature.phy2M) && !this.#supports(LeFeature.phyCoded)) {
      end.sendControl({ op: 'unknownRsp', unknown: 'phyReq' });
      return;
    }
    const own: PhyPreference = { txPhys: end.owner.preferredTxPhys, rxPhys: end.owner.preferredRxPhys };
    if (end.role === 'peripheral') end.sendControl({ op: 'phyRsp', ...own });
    // Both have asked: the central's procedure goes on (5.3).
    else if (this.#queue.current === 'phy') this.#reject('phyReq', HciErrorCode.llProcedureCollision);
    else this.#decidePhy(own, pdu);
  }

  #decidePhy(central: PhyPreference, peripheral: PhyPreference): void {
    const end = this.#end;
    const { other } = end;
    const toPeripheral = choosePhy(central.txPhys & peripheral.rxPhys, end.txPhy);
    const toCentral = choosePhy(central.rxPhys & peripheral.txPhys, end.rxPhy);
    const changed = toPeripheral !== end.txPhy || toCentral !== end.rxPhy;
    end.sendControl({
      op: 'phyUpdateInd',
      centralToPeripheral: toPeripheral,
      peripheralToCentral: toCentral,
    });
    end.link.atInstant(() => {
      end.txPhy = other.rxPhy = toPeripheral;
      end.rxPhy = other.txPhy = toCentral;
      for (const side of [end, other]) side.procedures.phyDone(changed);
    });
  }

  /** The instant of a PHY update has come. Who asked is told in any case, the other of a change. */
  phyDone(changed: boolean): void {
    const asked = this.#queue.finish('phy') && this.#phyByHost;
    if (asked || changed) this.#end.owner.phyChanged(this.#end, HciErrorCode.success);
  }
}

const encryptionInput = (
  pdu: ControlPdu & { readonly op: 'encRsp' | 'startEncReq' | 'startEncRsp' | 'pauseEncReq' | 'pauseEncRsp' },
): EncryptionInput => (pdu.op === 'startEncRsp' ? { type: 'startEncRsp', key: pdu.key } : { type: pdu.op });
