import { HciCommand } from '../../hci/codec/commands.ts';
import { BroadcomCommand, IntelCommand, RealtekCommand } from '../../hci/codec/commands-vendor.ts';
import { HciErrorCode } from '../../hci/codec/error-codes.ts';
import { bitsToBytes } from '../../hci/codec/features.ts';
import { BroadcomChip } from '../chips/broadcom-chip.ts';
import { INTEL_BOOT_MS, IntelChip } from '../chips/intel-chip.ts';
import { RealtekChip } from '../chips/realtek-chip.ts';
import type { ControllerCore } from '../controller-core.ts';
import { complete, type Handler, silent } from './handler.ts';

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

const intel = (core: ControllerCore): IntelChip => {
  if (core.chip instanceof IntelChip) return core.chip;
  throw new TypeError(`${core.profile.name} is no chip of Intel's`);
};

/** Kinds of events of Intel's, and what they say of success. */
const intelReceived = Uint8Array.of(0x06, 0x00, 0x09, 0xfc, 0x00);
const intelBooted = Uint8Array.of(0x02, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00);

const intelBootParams = {
  otpFormat: 0,
  otpContent: 0,
  otpPatch: 0,
  deviceRevision: 5,
  secureBoot: 1,
  keyFromHeader: 1,
  keyType: 0,
  otpLock: 1,
  apiLock: 1,
  debugLock: 1,
  otpAddress: new Uint8Array(6),
  minimumBuild: new Uint8Array(3),
  limitedAnswers: 0,
  unlocked: 0,
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
  complete('intel', IntelCommand.readVersion, (core) => ({ version: intel(core).version })),
  complete('intel', IntelCommand.readBootParams, () => intelBootParams),
  complete('intel', IntelCommand.secureSend, (core, { type, data }) => {
    const status = verdict(core, intel(core).secureSend(type, data));
    if (status === OK && intel(core).hasReceived) core.afterAnswer(() => core.vendorEvent(intelReceived));
    return status;
  }),
  complete('intel', IntelCommand.writeDdc, (_core, { setting }) =>
    setting.length === 1 + (setting[0] ?? 0) ? OK : HciErrorCode.invalidHciCommandParameters,
  ),
  silent('intel', IntelCommand.reset, (core, { bootOption, bootAddress }) => {
    if (bootOption === 0) {
      intel(core).backToBootLoader();
      core.restarted();
      return OK;
    }
    const status = verdict(core, intel(core).boot(bootOption, bootAddress, nowMs(core)));
    if (status === OK)
      core.medium.after(INTEL_BOOT_MS, () => {
        core.restarted();
        core.vendorEvent(intelBooted);
      });
    return status;
  }),
];
