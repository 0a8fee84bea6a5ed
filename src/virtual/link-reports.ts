import type { Address } from '../core/address.ts';
import { writeU16 } from '../core/bytes.ts';
import { HciPacketType } from '../core/transport.ts';
import { ACL_HEADER_LENGTH, BoundaryFlag } from '../hci/codec/acl.ts';
import { HciErrorCode } from '../hci/codec/error-codes.ts';
import { HciEvent } from '../hci/codec/events.ts';
import { identityTypeToHci } from './commands/checks.ts';
import type { ControllerCore } from './controller-core.ts';
import type { LinkLayerVersion } from './link-layer/control-pdu.ts';
import type { Identities } from './link-layer/identities.ts';
import type { LinkEnd } from './link-layer/link-end.ts';
import type { LinkCapabilities, LinkOwner } from './link-layer/link-owner.ts';
import type { ParameterRange } from './link-layer/link-parameters.ts';
import type { Station } from './link-layer/medium.ts';

const NO_ADDRESS = '00:00:00:00:00:00' as Address;
/** Central_Clock_Accuracy of 50 ppm (Vol 4, Part E, 7.7.65.1); 0 towards the central itself. */
const CLOCK_ACCURACY_50_PPM = 5;

/** What the links of a controller tell its host. */
export class LinkReports implements LinkOwner {
  readonly #core: ControllerCore;
  readonly capabilities: LinkCapabilities;

  constructor(core: ControllerCore) {
    this.#core = core;
    const { profile } = core;
    this.capabilities = {
      features: profile.leFeatures,
      version: {
        version: profile.hciVersion,
        companyIdentifier: profile.companyIdentifier,
        subversion: profile.lmpSubversion,
      },
      maxTxOctets: profile.maxTxOctets,
      maxTxTime: profile.maxTxTime,
      maxRxOctets: profile.maxTxOctets,
      maxRxTime: profile.maxTxTime,
      phys: profile.phys,
      asksForParameters: profile.asksForParameters,
    };
  }

  get identities(): Identities {
    return this.#core.state.resolvingList;
  }

  get station(): Station {
    return this.#core.station;
  }

  get channels(): Uint8Array {
    return this.#core.state.channels;
  }

  get suggestedTxOctets(): number {
    return this.#core.state.suggestedTxOctets;
  }

  get suggestedTxTime(): number {
    return this.#core.state.suggestedTxTime;
  }

  get preferredTxPhys(): number {
    return this.#core.state.preferredTxPhys;
  }

  get preferredRxPhys(): number {
    return this.#core.state.preferredRxPhys;
  }

  linkUp(end: LinkEnd): void {
    const core = this.#core;
    core.state.links.set(end.handle, end);
    core.state.pastHandles.delete(end.handle);
    const { interval, latency, supervisionTimeout } = end.link.parameters;
    const connected = {
      status: HciErrorCode.success,
      connectionHandle: end.handle,
      role: end.role === 'central' ? 0 : 1,
      peerAddressType: identityTypeToHci(end.peer),
      peerAddress: end.peer.device.address,
      connectionInterval: interval,
      peripheralLatency: latency,
      supervisionTimeout,
      centralClockAccuracy: end.role === 'central' ? 0 : CLOCK_ACCURACY_50_PPM,
    };
    // One of the two is sent, the newer where the host wants it (7.7.65.10).
    const told = core.event(HciEvent.leEnhancedConnectionComplete, {
      ...connected,
      localResolvablePrivateAddress: end.own.generated === true ? end.own.address : NO_ADDRESS,
      peerResolvablePrivateAddress: end.peer.resolved ? end.peerOnAir.address : NO_ADDRESS,
    });
    if (!told) core.event(HciEvent.leConnectionComplete, connected);
  }

  /** A connection that came to nothing: `status` says why. */
  connectFailed(status: number): void {
    const none = {
      status,
      connectionHandle: 0,
      role: 0,
      peerAddressType: 0,
      peerAddress: NO_ADDRESS,
      connectionInterval: 0,
      peripheralLatency: 0,
      supervisionTimeout: 0,
      centralClockAccuracy: 0,
    };
    const told = this.#core.event(HciEvent.leEnhancedConnectionComplete, {
      ...none,
      localResolvablePrivateAddress: NO_ADDRESS,
      peerResolvablePrivateAddress: NO_ADDRESS,
    });
    if (!told) this.#core.event(HciEvent.leConnectionComplete, none);
  }

  linkDown(end: LinkEnd, reason: number): void {
    const { state } = this.#core;
    if (state.links.get(end.handle) !== end) return;
    state.links.delete(end.handle);
    state.pastHandles.add(end.handle);
    state.acl.release(end.handle);
    state.hostBuffers.release(end.handle);
    this.#core.event(HciEvent.disconnectionComplete, {
      status: HciErrorCode.success,
      connectionHandle: end.handle,
      reason,
    });
  }

  takesData(): boolean {
    const { host, state } = this.#core;
    return host?.writable === true && state.hostBuffers.room;
  }

  data(end: LinkEnd, payload: Uint8Array, first: boolean): void {
    const { host, state } = this.#core;
    if (host === undefined) return;
    const packet = new Uint8Array(ACL_HEADER_LENGTH + payload.length);
    packet[0] = HciPacketType.acl;
    writeU16(packet, 1, end.handle | ((first ? BoundaryFlag.firstFlushable : BoundaryFlag.continuing) << 12));
    writeU16(packet, 3, payload.length);
    packet.set(payload, ACL_HEADER_LENGTH);
    state.hostBuffers.sent(end.handle);
    host.deliver(packet);
  }

  acknowledged(end: LinkEnd, packets: number): void {
    const core = this.#core;
    if (core.state.acl.complete(end.handle, packets)) core.medium.turns.post(() => core.reportCompleted());
  }

  keyWanted(end: LinkEnd, rand: Uint8Array, ediv: number): boolean {
    return this.#core.event(HciEvent.leLongTermKeyRequest, {
      connectionHandle: end.handle,
      randomNumber: rand,
      encryptedDiversifier: ediv,
    });
  }

  encryptionChanged(end: LinkEnd, status: number, refresh: boolean): void {
    const connectionHandle = end.handle;
    if (refresh) {
      this.#core.event(HciEvent.encryptionKeyRefreshComplete, { status, connectionHandle });
      return;
    }
    const encryptionEnabled = status === HciErrorCode.success ? 1 : 0;
    const change = { status, connectionHandle, encryptionEnabled };
    // Version 2 in place of version 1 where the host wants it (7.7.8).
    if (this.#core.event(HciEvent.encryptionChangeV2, { ...change, encryptionKeySize: 16 })) return;
    this.#core.event(HciEvent.encryptionChange, change);
  }

  parametersWanted(end: LinkEnd, range: ParameterRange): boolean {
    return this.#core.event(HciEvent.leRemoteConnectionParameterRequest, {
      connectionHandle: end.handle,
      intervalMin: range.intervalMin,
      intervalMax: range.intervalMax,
      maxLatency: range.latency,
      timeout: range.supervisionTimeout,
    });
  }

  parametersChanged(end: LinkEnd, status: number): void {
    const { interval, latency, supervisionTimeout } = end.link.parameters;
    this.#core.event(HciEvent.leConnectionUpdateComplete, {
      status,
      connectionHandle: end.handle,
      connectionInterval: interval,
      peripheralLatency: latency,
      supervisionTimeout,
    });
  }

  featuresRead(end: LinkEnd, status: number, features: Uint8Array): void {
    this.#core.event(HciEvent.leReadRemoteFeaturesComplete, {
      status,
      connectionHandle: end.handle,
      leFeatures: features,
    });
  }

  versionRead(end: LinkEnd, status: number, version: LinkLayerVersion): void {
    this.#core.event(HciEvent.readRemoteVersionInformationComplete, {
      status,
      connectionHandle: end.handle,
      version: version.version,
      companyIdentifier: version.companyIdentifier,
      subversion: version.subversion,
    });
  }

  dataLengthChanged(end: LinkEnd): void {
    this.#core.event(HciEvent.leDataLengthChange, { connectionHandle: end.handle, ...end.lengths.effective });
  }

  phyChanged(end: LinkEnd, status: number): void {
    this.#core.event(HciEvent.lePhyUpdateComplete, {
      status,
      connectionHandle: end.handle,
      txPhy: end.txPhy,
      rxPhy: end.rxPhy,
    });
  }
}
