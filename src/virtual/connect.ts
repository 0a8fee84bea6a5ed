import { isConnectedTo } from './commands/checks.ts';
import type { ControllerCore } from './controller-core.ts';
import type { ConnectRequest } from './link-layer/advertiser.ts';
import { DEFAULT_OCTETS } from './link-layer/data-length.ts';
import type { DeviceAddress } from './link-layer/device-address.ts';
import { Link } from './link-layer/link.ts';
import type { LinkEnd } from './link-layer/link-end.ts';

/** Room for one more link, and none with that device yet: two devices have one link at most (Vol 6, Part B, 4.5). */
export const mayConnect = (core: ControllerCore, device: DeviceAddress): boolean =>
  core.state.links.size < core.profile.maxLinks && !isConnectedTo(core, device);

/** A link is made: both sides have it with the same parameters and both hosts are told. Gives the peripheral's end. */
export const acceptConnection = (
  core: ControllerCore,
  own: DeviceAddress,
  request: ConnectRequest,
): LinkEnd => {
  const peripheral = { owner: core.reports, address: own, handle: core.freeHandle() };
  const link = new Link(core.medium, request.central(), peripheral, request.parameters);
  link.central.owner.linkUp(link.central);
  core.reports.linkUp(link.peripheral);
  link.start();
  startDataLength(link.peripheral);
  return link.peripheral;
};

/** A host that suggests more than the default wants each link to have it (Vol 4, Part E, 7.8.35). */
const startDataLength = (end: LinkEnd): void => {
  for (const side of [end.other, end]) {
    if (side.lengths.maxTxOctets > DEFAULT_OCTETS) {
      side.procedures.changeLength();
      return;
    }
  }
};
