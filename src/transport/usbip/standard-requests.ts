import { readU16 } from '../../core/bytes.ts';
import {
  alternateCounts,
  configurationDescriptor,
  DescriptorType,
  DongleEndpoint,
  deviceDescriptor,
  stringDescriptor,
  type UsbIdentity,
} from './dongle-descriptors.ts';

/** The eight octets ahead of every control transfer (USB 2.0, 9.3). */
export interface SetupPacket {
  readonly requestType: number;
  readonly request: number;
  readonly value: number;
  readonly index: number;
  readonly length: number;
}

export const decodeSetup = (octets: Uint8Array): SetupPacket => ({
  requestType: octets[0] ?? 0,
  request: octets[1] ?? 0,
  value: readU16(octets, 2),
  index: readU16(octets, 4),
  length: readU16(octets, 6),
});

/** What a host has set of a dongle. */
export interface UsbState {
  readonly configuration: number;
  /** The alternate setting of each interface. */
  readonly alternates: readonly number[];
  readonly remoteWakeup: boolean;
  /** Endpoints that are halted. */
  readonly halted: readonly number[];
}

export const unconfigured: UsbState = {
  configuration: 0,
  alternates: [0, 0],
  remoteWakeup: false,
  halted: [],
};

/** What does not change about a dongle. */
export interface UsbNature {
  readonly identity: UsbIdentity;
  /** Interface 0 has an alternate setting 1 for the Bulk Serialization Mode. */
  readonly bulkSerialization: boolean;
  /** How often the interrupt endpoint wants to be asked: 1 ms unless given. */
  readonly eventIntervalMs?: number | undefined;
}

export interface RequestOutcome {
  readonly state: UsbState;
  /** What is read; empty for a request that only sets something; undefined for one that is refused with a stall. */
  readonly reply: Uint8Array | undefined;
  /** The endpoints of this interface begin anew. */
  readonly restarts?: number | undefined;
}

/** Codes of standard requests (USB 2.0, Table 9-4). */
const StandardRequest = {
  getStatus: 0,
  clearFeature: 1,
  setFeature: 3,
  setAddress: 5,
  getDescriptor: 6,
  getConfiguration: 8,
  setConfiguration: 9,
  getInterface: 10,
  setInterface: 11,
} as const;

/** USB 2.0, Table 9-6. */
const Feature = { endpointHalt: 0, deviceRemoteWakeup: 1 } as const;

/** The lowest bits of bmRequestType. */
const Recipient = { device: 0, interface: 1, endpoint: 2 } as const;

const nothing = new Uint8Array(0);
const CONFIGURATION = 1;
const dataEndpoints: readonly number[] = [
  DongleEndpoint.events,
  DongleEndpoint.aclOut,
  DongleEndpoint.aclIn,
  DongleEndpoint.voiceOut,
  DongleEndpoint.voiceIn,
];

/** Answers a standard request (USB 2.0, 9.4) as a pure function of what was set before. */
export const answerStandardRequest = (
  nature: UsbNature,
  state: UsbState,
  setup: SetupPacket,
): RequestOutcome => {
  const refused: RequestOutcome = { state, reply: undefined };
  const answered = (...octets: number[]): RequestOutcome => ({ state, reply: Uint8Array.from(octets) });
  switch (setup.request) {
    case StandardRequest.getStatus: {
      const status = statusOf(state, setup);
      return status === undefined ? refused : answered(status, 0);
    }
    case StandardRequest.clearFeature:
      return { ...refused, ...withFeature(state, setup, false) };
    case StandardRequest.setFeature:
      return { ...refused, ...withFeature(state, setup, true) };
    case StandardRequest.setAddress:
      return answered();
    case StandardRequest.getDescriptor:
      return { state, reply: descriptor(nature, setup.value) };
    case StandardRequest.getConfiguration:
      return answered(state.configuration);
    case StandardRequest.setConfiguration:
      if (setup.value > CONFIGURATION) return refused;
      return { state: { ...unconfigured, configuration: setup.value }, reply: nothing, restarts: 0 };
    case StandardRequest.getInterface: {
      const alternate = state.alternates[setup.index];
      return alternate === undefined ? refused : answered(alternate);
    }
    case StandardRequest.setInterface:
      return setInterface(nature, state, setup);
    default:
      return refused;
  }
};

const statusOf = (state: UsbState, { requestType, index }: SetupPacket): number | undefined => {
  switch (requestType & 0x1f) {
    case Recipient.device:
      return state.remoteWakeup ? 0b10 : 0;
    case Recipient.interface:
      return index < state.alternates.length ? 0 : undefined;
    default:
      return state.halted.includes(index) ? 1 : 0;
  }
};

const withFeature = (
  state: UsbState,
  { requestType, value, index }: SetupPacket,
  on: boolean,
): Partial<RequestOutcome> => {
  const recipient = requestType & 0x1f;
  if (recipient === Recipient.device && value === Feature.deviceRemoteWakeup) {
    return { state: { ...state, remoteWakeup: on }, reply: nothing };
  }
  if (recipient !== Recipient.endpoint || value !== Feature.endpointHalt) return {};
  if (index === DongleEndpoint.control) return { reply: nothing };
  if (!dataEndpoints.includes(index)) return {};
  return { state: on ? halt(state, index) : release(state, index), reply: nothing };
};

/** An endpoint that answers with a stall until its halt is cleared. */
export const halt = (state: UsbState, endpoint: number): UsbState => ({
  ...state,
  halted: [...state.halted.filter((other) => other !== endpoint), endpoint],
});

const release = (state: UsbState, endpoint: number): UsbState => ({
  ...state,
  halted: state.halted.filter((other) => other !== endpoint),
});

const descriptor = (nature: UsbNature, value: number): Uint8Array | undefined => {
  const index = value & 0xff;
  switch (value >>> 8) {
    case DescriptorType.device:
      return deviceDescriptor(nature.identity);
    case DescriptorType.configuration:
      return index === 0
        ? configurationDescriptor(nature.bulkSerialization, nature.eventIntervalMs)
        : undefined;
    case DescriptorType.string:
      return stringDescriptor(nature.identity, index);
    default:
      return undefined;
  }
};

const setInterface = (nature: UsbNature, state: UsbState, { value, index }: SetupPacket): RequestOutcome => {
  const count = alternateCounts(nature.bulkSerialization)[index] ?? 0;
  if (value >= count) return { state, reply: undefined };
  const alternates = state.alternates.map((alternate, i) => (i === index ? value : alternate));
  // Selecting a setting clears the halts of its endpoints (USB 2.0, 9.1.1.5).
  const halted = state.halted.filter((endpoint) => interfaceOf(endpoint) !== index);
  return { state: { ...state, alternates, halted }, reply: nothing, restarts: index };
};

const interfaceOf = (endpoint: number): number =>
  endpoint === DongleEndpoint.voiceIn || endpoint === DongleEndpoint.voiceOut ? 1 : 0;
