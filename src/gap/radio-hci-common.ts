import { type Address, addressTypeToHci, parseAddress } from '../core/address.ts';
import { HciCommand } from '../hci/codec/commands.ts';
import type { HciController } from '../hci/hci-controller.ts';
import type { Peer } from './radio-controller.ts';
import type { RadioStep } from './radio-plan.ts';

export type Sender = Pick<HciController, 'send'>;

/** Where a command has room for a peer and none is meant. */
export const noPeer: Peer = { address: parseAddress('00:00:00:00:00:00'), type: 'public' };
/** Advertising_Channel_Map: 37, 38 and 39. */
export const ALL_CHANNELS = 0x07;

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
    case 'cancelInitiating':
      await hci.send(HciCommand.leCreateConnectionCancel, {});
  }
};

const listEntry = ({ address, type }: Peer): { addressType: number; address: Address } => ({
  addressType: addressTypeToHci(type),
  address,
});
