import { type Address, kindOfAddress } from '../core/address.ts';
import { HciError, MalformedPduError } from '../core/errors.ts';
import { HciCommand } from './codec/commands.ts';
import { bitOf } from './codec/features.ts';
import type { ControllerInfo } from './controller-info.ts';
import type { StartUpContext } from './start-up.ts';

/** Where Read Static Addresses stands in the bit field of Zephyr's Read Supported Commands. */
const READ_STATIC_ADDRESSES_BIT = 8;

/** The static random address that a Zephyr controller's chip was born with, undefined where there is none. */
export const readZephyrStaticAddress = async (
  info: ControllerInfo,
  send: StartUpContext['send'],
): Promise<Address | undefined> => {
  // Where there is a public address nothing is asked.
  if (info.profile?.staticAddressBy !== 'zephyr' || info.publicAddress !== undefined) return undefined;
  try {
    await send(HciCommand.zephyrReadVersionInformation, {});
    const { supportedCommands } = await send(HciCommand.zephyrReadSupportedCommands, {});
    if (!bitOf(supportedCommands, READ_STATIC_ADDRESSES_BIT)) return undefined;
    const { addresses } = await send(HciCommand.zephyrReadStaticAddresses, {});
    return addresses.find(({ address }) => kindOfAddress(address, 'random') === 'static')?.address;
  } catch (error) {
    if (error instanceof HciError || error instanceof MalformedPduError) return undefined;
    throw error;
  }
};
