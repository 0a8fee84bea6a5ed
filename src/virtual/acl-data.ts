import { ACL_HEADER_LENGTH, aclHandle, isAclPacket } from '../hci/codec/acl.ts';
import { HciEvent } from '../hci/codec/events.ts';
import type { ControllerCore } from './controller-core.ts';

const FIRST_NON_FLUSHABLE = 0b00;
const CONTINUING = 0b01;
/** Link_Type of ACL (Vol 4, Part E, 7.7.26). */
const ACL_LINK_TYPE = 0x01;

/** One ACL packet of the host (Vol 4, Part E, 5.4.2): checked, given a buffer and queued on its link. */
export const receiveAcl = (core: ControllerCore, packet: Uint8Array): void => {
  if (!isAclPacket(packet)) {
    core.violate(
      'malformedPacket',
      `an ACL packet of ${packet.length} octets whose length field says otherwise`,
    );
    return;
  }
  const { state } = core;
  const handle = aclHandle(packet);
  const end = state.links.get(handle);
  if (end === undefined) {
    // Data may cross a disconnection on its way; for a handle that never was there is no excuse.
    if (!state.pastHandles.has(handle)) core.violate('aclUnknownHandle', `data for handle ${handle}`);
    return;
  }
  const flags = (packet[2] ?? 0) >>> 4;
  const length = packet.length - ACL_HEADER_LENGTH;
  if (length > state.acl.length) {
    core.violate('aclTooLong', `${length} octets for buffers of ${state.acl.length}`);
    return;
  }
  if (flags !== FIRST_NON_FLUSHABLE && flags !== CONTINUING) {
    core.violate('aclBadFlags', `boundary and broadcast flags ${flags} on LE data`);
    return;
  }
  if (length === 0) {
    core.violate('aclEmpty', `no octets for handle ${handle}`);
    return;
  }
  if (!state.acl.take(handle)) {
    core.violate('aclBufferOverflow', `a packet more than the ${state.acl.count} buffers hold`);
    core.event(HciEvent.dataBufferOverflow, { linkType: ACL_LINK_TYPE });
    return;
  }
  end.send(packet, flags === FIRST_NON_FLUSHABLE);
};
