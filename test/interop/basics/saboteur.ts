/**
 * Stands between our peripheral and its controller, for what our host cannot be asked to do wrong: it makes the exchange of the MTU end
 * at 23, and cuts one marked notification to half an ATT PDU. What it changes keeps its number of packets, so that flow control stays whole.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';
import { splitter } from '../h4.ts';

/** A notification of this value leaves as one that ends inside its attribute handle. */
export const malformedMark = Uint8Array.of(0x6d, 0x61, 0x6c, 0x66, 0x6f, 0x72, 0x6d, 0x65, 0x64);

export interface Saboteur {
  /** Where the host finds the controller now. */
  place: string;
  stop(): Promise<void>;
}

const aclIndicator = 0x02;
/** H4 indicator, handle and flags, length; L2CAP length and channel. */
const attOffset = 9;
const attChannel = 0x0004;
const exchangeMtuRequest = 0x02;
const exchangeMtuResponse = 0x03;
const notification = 0x1b;

/** The ATT PDU that begins in a packet, or nothing. */
const attPduOf = (packet: Buffer): Buffer | undefined => {
  if (packet[0] !== aclIndicator || packet.length <= attOffset) return undefined;
  const isContinuation = (packet.readUInt16LE(1) & 0x3000) === 0x1000;
  return isContinuation || packet.readUInt16LE(7) !== attChannel ? undefined : packet.subarray(attOffset);
};

const spoiled = (packet: Buffer): Buffer => {
  const pdu = attPduOf(packet);
  if (pdu === undefined) return packet;
  if (pdu[0] === exchangeMtuRequest || pdu[0] === exchangeMtuResponse) pdu.writeUInt16LE(23, 1);
  if (pdu[0] !== notification || !pdu.subarray(3).equals(malformedMark)) return packet;
  const cut = packet.subarray(0, attOffset + 2);
  cut.writeUInt16LE(cut.length - 5, 3);
  cut.writeUInt16LE(cut.length - attOffset, 5);
  return cut;
};

/** Hands on one direction, packet by packet. */
const relay = (from: Socket, to: Socket): void => {
  const split = splitter((packet) => to.write(spoiled(packet)));
  from.on('data', split);
  from.on('error', () => {});
  from.on('close', () => to.destroy());
};

export const startSaboteur = async (place: string): Promise<Saboteur> => {
  const [, host = '', port = ''] = /^tcp:(.+):(\d+)$/.exec(place) ?? [];
  if (host === '') throw new Error(`nothing can stand between a host and ${place}`);
  const server = createServer((socket) => {
    server.close();
    const controller = dial(Number(port), host);
    relay(socket, controller);
    relay(controller, socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    place: `tcp:127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.close();
    },
  };
};
