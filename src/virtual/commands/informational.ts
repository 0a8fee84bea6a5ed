import type { Address } from '../../core/address.ts';
import { aes128 } from '../../crypto/aes.ts';
import { HciCommand } from '../../hci/codec/commands.ts';
import { HciErrorCode } from '../../hci/codec/error-codes.ts';
import type { ControllerCore } from '../controller-core.ts';
import { complete, type Handler, silent } from './handler.ts';

const NO_ADDRESS = '00:00:00:00:00:00' as Address;

const OK = HciErrorCode.success;

/** Vol 4, Part E, 7.8.27: every state and combination of states up to initiating beside any role is there, as the model has no limit. */
const LE_STATES = new Uint8Array([0xff, 0xff, 0xff, 0xff, 0xff, 0x03, 0x00, 0x00]);

const aclBuffers = (core: ControllerCore): { readonly length: number; readonly count: number } => ({
  length: core.profile.aclLength,
  count: core.profile.aclCount,
});

/** Setting up, and what the controller tells of itself. */
export const informationalHandlers: readonly Handler[] = [
  complete('4.0', HciCommand.reset, (core) => {
    core.reset();
    return OK;
  }),
  complete('4.0', HciCommand.setEventMask, (core, p) => {
    if (core.profile.refusesEventMask) return HciErrorCode.invalidHciCommandParameters;
    core.state.eventMask = p.eventMask;
    return OK;
  }),
  complete('4.0', HciCommand.setEventMaskPage2, (core, p) => {
    core.state.eventMaskPage2 = p.eventMaskPage2;
    return OK;
  }),
  complete('4.0', HciCommand.leSetEventMask, (core, p) => {
    core.state.leEventMask = p.leEventMask;
    return OK;
  }),
  complete('4.0', HciCommand.readLocalVersionInformation, ({ profile, chip = profile }) => ({
    hciVersion: profile.hciVersion,
    hciSubversion: chip.hciSubversion,
    lmpVersion: profile.hciVersion,
    companyIdentifier: profile.companyIdentifier,
    lmpSubversion: chip.lmpSubversion,
  })),
  complete('4.0', HciCommand.readLocalSupportedCommands, ({ supportedCommands }) => ({ supportedCommands })),
  complete('4.0', HciCommand.readLocalSupportedFeatures, ({ profile }) => ({
    lmpFeatures: profile.lmpFeatures,
  })),
  complete('4.0', HciCommand.readBdAddr, (core) => ({
    bdAddr: core.publicAddress ?? NO_ADDRESS,
  })),
  complete('4.0', HciCommand.readBufferSize, (core) => ({
    aclDataPacketLength: aclBuffers(core).length,
    synchronousDataPacketLength: 0,
    totalNumAclDataPackets: aclBuffers(core).count,
    totalNumSynchronousDataPackets: 0,
  })),
  complete('4.0', HciCommand.leReadBufferSize, (core) => {
    const { length, count } = core.profile.sharedBuffers ? { length: 0, count: 0 } : aclBuffers(core);
    return { leAclDataPacketLength: length, totalNumLeAclDataPackets: count };
  }),
  complete('4.0', HciCommand.leReadLocalSupportedFeatures, ({ profile }) => ({
    leFeatures: profile.leFeatures,
  })),
  complete('4.0', HciCommand.leReadSupportedStates, () => ({ leStates: LE_STATES })),
  complete('dualMode', HciCommand.readLeHostSupport, ({ state }) => ({
    leSupportedHost: state.leHostSupported ? 1 : 0,
    simultaneousLeHost: 0,
  })),
  complete('dualMode', HciCommand.writeLeHostSupport, (core, p) => {
    if (p.leSupportedHost > 1) return HciErrorCode.invalidHciCommandParameters;
    core.state.leHostSupported = p.leSupportedHost === 1;
    return OK;
  }),
  complete('4.0', HciCommand.setControllerToHostFlowControl, (core, p) => {
    if (p.flowControlEnable > 3) return HciErrorCode.invalidHciCommandParameters;
    if (core.state.links.size > 0) return HciErrorCode.commandDisallowed;
    core.state.hostBuffers.enabled = (p.flowControlEnable & 1) !== 0;
    return OK;
  }),
  complete('4.0', HciCommand.hostBufferSize, (core, p) => {
    // Packets to this host are never longer than a link's packets are, 251 octets at most.
    if (p.hostTotalNumAclDataPackets === 0 || p.hostAclDataPacketLength < core.profile.maxTxOctets) {
      return HciErrorCode.invalidHciCommandParameters;
    }
    core.state.hostBuffers.limit = p.hostTotalNumAclDataPackets;
    return OK;
  }),
  silent('4.0', HciCommand.hostNumberOfCompletedPackets, (core, p) => {
    for (const { connectionHandle, hostNumCompletedPackets } of p.completed) {
      if (!core.state.hostBuffers.returned(connectionHandle, hostNumCompletedPackets)) {
        core.violate('hostFlowControl', `more packets of handle ${connectionHandle} returned than were sent`);
      }
    }
    core.hostReady();
    return OK;
  }),
  complete('4.0', HciCommand.leRand, (core) => ({ randomNumber: core.randomBytes(8) })),
  // HCI has the least significant octet first, AES the most significant one.
  complete('4.0', HciCommand.leEncrypt, (_core, p) => ({
    encryptedData: aes128(p.key.toReversed(), p.plaintextData.toReversed()).reverse(),
  })),
];
