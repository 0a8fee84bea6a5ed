import { isSwitchedOff, readRadioSwitches } from '../doctor/radio-switches.ts';
import { hostSystem, type SystemView } from '../doctor/system-view.ts';
import type { AdapterProblem, FoundAdapter } from '../found-adapter.ts';
import { usbOriginOf } from '../usb/usb-origin.ts';
import { findHciDevices, mayUseUserChannel } from './hci-devices.ts';
import { explainHciSocketFault } from './hci-socket-failure.ts';
import { HciSocketError, type HciSocketFault } from './hci-socket-port.ts';

/** Every controller that Linux drives, as its tree of devices tells; no socket is opened for it. */
export const listHciDevices = async (system: SystemView = hostSystem()): Promise<FoundAdapter[]> => {
  if (system.platform !== 'linux') return [];
  const switches = (await readRadioSwitches(system)).filter(isSwitchedOff);
  const isPermitted = await mayUseUserChannel(system);
  const found: FoundAdapter[] = [];
  for (const { index, name, moniker, path } of await findHciDevices(system)) {
    const problem = (code: AdapterProblem['code'], fault: HciSocketFault): AdapterProblem => ({
      code,
      message: explainHciSocketFault(new HciSocketError(name, fault), index),
      blocks: true,
    });
    found.push({
      kind: 'hci-socket',
      moniker,
      ...(await usbOriginOf(path, system.read)),
      problems: [
        ...(isPermitted ? [] : [problem('noPermission', 'access')]),
        ...(switches.some((each) => each.name === name) ? [problem('blocked', 'blocked')] : []),
      ],
    });
  }
  return found;
};
