import { HciPacketType } from '../../src/core/transport.ts';
import type { VirtualController } from '../../src/virtual/index.ts';
import { type Flood, WINDOW } from './cases.ts';
import { decodeOrder, encodeTaken } from './orders.ts';
import { pace } from './pace.ts';
import { aclPackets, lastReport, reportPackets } from './packets.ts';

/**
 * Makes a virtual controller the far end of a line under test, wherever it is served. Beside what it does as a controller it takes any ACL data, says after
 * each turn how much that was, and floods its host when told to.
 */
export const playFarEnd = (controller: VirtualController): void => {
  let taken = 0;
  let room = 0;
  let onRoom = (): void => undefined;

  const tellTaken = (): void => {
    controller.faults.inject(encodeTaken(taken));
    taken = 0;
  };

  const flood = (order: Flood): void => {
    const packets = order.kind === 'acl' ? aclPackets(order.size) : reportPackets(order);
    let sent = 0;
    const sendUpTo = (due: number): void => {
      for (; sent < due; sent++) {
        const packet = packets[sent % packets.length];
        if (packet !== undefined) controller.faults.inject(packet);
      }
      if (due === order.count && order.kind !== 'acl') controller.faults.inject(lastReport(order));
    };
    const { count, perSecond } = order;
    if (perSecond !== undefined) {
      pace(count, perSecond, sendUpTo);
      return;
    }
    room = WINDOW;
    onRoom = () => sendUpTo(Math.min(count, room));
    onRoom();
  };

  controller.faults.fromHost = (packet) => {
    if (packet[0] === HciPacketType.acl) {
      if (taken++ === 0) setImmediate(tellTaken);
      return 'drop';
    }
    const order = decodeOrder(packet);
    if (order === undefined) return undefined;
    if (order.order === 'flood') flood(order.flood);
    else {
      room += order.packets;
      onRoom();
    }
    return 'drop';
  };
};
