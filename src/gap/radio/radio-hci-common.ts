import { type Address, type AddressType, addressTypeToHci, parseAddress } from '../../core/address.ts';
import { reversedBytes } from '../../core/bytes.ts';
import { HciCommand } from '../../hci/codec/commands.ts';
import type { HciController } from '../../hci/hci-controller.ts';
import type { Peer, ResolvingEntry } from './radio-controller.ts';
import type { RadioStep } from './radio-plan.ts';

export type Sender = Pick<HciController, 'send'>;

/** Where a command has room for a peer and none is meant. */
export const noPeer: Peer = { address: parseAddress('00:00:00:00:00:00'), type: 'public' };
/** Advertising_Channel_Map: 37, 38 and 39. */
export const ALL_CHANNELS = 0x07;

/** Own_Address_Type: 2 and 3 ask for private addresses of both sides, made with the keys of the resolving list (Vol 4, Part E, 7.8.5). */
export const ownAddressType = (type: AddressType, privately: boolean | undefined): number =>
  addressTypeToHci(type) + (privately === true ? 2 : 0);

/** Advertising_Filter_Policy: scan and connection requests of the accept list alone (Vol 4, Part E, 7.8.5). */
export const ACCEPT_LIST_ALONE = 3;

/** The commands that are the same in both ways of driving a controller. */
export const runCommonStep = async (
  hci: Sender,
  step: Extract<
    RadioStep,
    {
      op:
        | 'setRandomAddress'
        | 'clearAcceptList'
        | 'addToAcceptList'
        | 'removeFromAcceptList'
        | 'clearResolvingList'
        | 'addToResolvingList'
        | 'removeFromResolvingList'
        | 'setAddressResolution'
        | 'cancelInitiating';
    }
  >,
): Promise<void> => {
  switch (step.op) {
    case 'setRandomAddress':
      await hci.send(HciCommand.leSetRandomAddress, { randomAddress: step.address });
      return;
    case 'clearAcceptList':
      await hci.send(HciCommand.leClearFilterAcceptList, {});
      return;
    case 'addToAcceptList':
      await hci.send(HciCommand.leAddDeviceToFilterAcceptList, listEntry(step.peer));
      return;
    case 'removeFromAcceptList':
      await hci.send(HciCommand.leRemoveDeviceFromFilterAcceptList, listEntry(step.peer));
      return;
    case 'clearResolvingList':
      await hci.send(HciCommand.leClearResolvingList, {});
      return;
    case 'addToResolvingList':
      return addToResolvingList(hci, step.entry);
    case 'removeFromResolvingList':
      await hci.send(HciCommand.leRemoveDeviceFromResolvingList, resolvedPeer(step.entry.peer));
      return;
    case 'setAddressResolution':
      await hci.send(HciCommand.leSetAddressResolutionEnable, {
        addressResolutionEnable: step.enable ? 1 : 0,
      });
      return;
    case 'cancelInitiating':
      await hci.send(HciCommand.leCreateConnectionCancel, {});
  }
};

/** Device privacy mode: a bonded peer may show its identity too, as one that has been reset does (Vol 3, Part C, 10.7). */
const DEVICE_PRIVACY = 1;

const resolvedPeer = ({ address, type }: Peer) => ({
  peerIdentityAddressType: addressTypeToHci(type),
  peerIdentityAddress: address,
});

const addToResolvingList = async (
  hci: Sender,
  { peer, peerIrk, localIrk }: ResolvingEntry,
): Promise<void> => {
  await hci.send(HciCommand.leAddDeviceToResolvingList, {
    ...resolvedPeer(peer),
    peerIrk: reversedBytes(peerIrk),
    localIrk: reversedBytes(localIrk),
  });
  await hci.send(HciCommand.leSetPrivacyMode, { ...resolvedPeer(peer), privacyMode: DEVICE_PRIVACY });
};

const listEntry = ({ address, type }: Peer): { addressType: number; address: Address } => ({
  addressType: addressTypeToHci(type),
  address,
});
