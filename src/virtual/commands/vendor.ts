import { HciCommand } from '../../hci/codec/commands.ts';
import { BroadcomCommand, RealtekCommand } from '../../hci/codec/commands-vendor.ts';
import { HciErrorCode } from '../../hci/codec/error-codes.ts';
import { bitsToBytes } from '../../hci/codec/features.ts';
import { BroadcomChip } from '../chips/broadcom-chip.ts';
import { RealtekChip } from '../chips/realtek-chip.ts';
import type { ControllerCore } from '../controller-core.ts';
import { complete, type Handler } from './handler.ts';

const OK = HciErrorCode.success;

/** Notes what the host did too early or out of order, which a real chip answers by silence or worse. */
const verdict = (core: ControllerCore, fault: string | undefined): number => {
  if (fault === undefined) return OK;
  core.violate('firmwareOrder', fault);
  return HciErrorCode.commandDisallowed;
};

const broadcom = (core: ControllerCore): BroadcomChip => {
  if (core.chip instanceof BroadcomChip) return core.chip;
  throw new TypeError(`${core.profile.name} is no chip of Broadcom's`);
};

const realtek = (core: ControllerCore): RealtekChip => {
  if (core.chip instanceof RealtekChip) return core.chip;
  throw new TypeError(`${core.profile.name} is no chip of Realtek's`);
};

const nowMs = (core: ControllerCore): number => core.medium.clock.now();

/** Commands of makers. */
export const vendorHandlers: readonly Handler[] = [
  complete('zephyr', HciCommand.zephyrReadVersionInformation, () => ({
    hardwarePlatform: 2,
    hardwareVariant: 2,
    firmwareVariant: 0,
    firmwareVersion: 3,
    firmwareRevision: 0,
    firmwareBuild: 0,
  })),
  complete('zephyr', HciCommand.zephyrReadSupportedCommands, () => ({
    // Read Version Information, Read Supported Commands, Read Static Addresses.
    supportedCommands: bitsToBytes([0, 1, 8], 64),
  })),
  complete('zephyr', HciCommand.zephyrReadStaticAddresses, (core) => ({
    addresses: [{ address: core.staticAddress, identityRoot: core.identityRoot }],
  })),
  complete('broadcom', BroadcomCommand.updateBaudRate, () => OK),
  complete('broadcom', BroadcomCommand.writeUartClockSetting, () => OK),
  complete('broadcom', BroadcomCommand.downloadMinidriver, (core) => {
    broadcom(core).downloadMinidriver(nowMs(core));
    return OK;
  }),
  complete('broadcom', BroadcomCommand.writeRam, (core, { data }) =>
    verdict(core, broadcom(core).writeRam(data.length, nowMs(core))),
  ),
  complete('broadcom', BroadcomCommand.launchRam, (core) =>
    verdict(core, broadcom(core).launchRam(nowMs(core))),
  ),
  complete('realtek', RealtekCommand.readRomVersion, (core) => ({
    romVersion: realtek(core).readRomVersion(),
  })),
  complete('realtek', RealtekCommand.readRegister, (core, { width, address }) => {
    const value = realtek(core).readRegister(width, address);
    return value === undefined ? HciErrorCode.invalidHciCommandParameters : { value };
  }),
  complete('realtek', RealtekCommand.download, (core, { index }) => {
    const status = verdict(core, realtek(core).download(index));
    return status === OK ? { index } : status;
  }),
];
