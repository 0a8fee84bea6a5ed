import process from 'node:process';
import { parseAddress } from '../../src/core/address.ts';
import { readU16, writeU16 } from '../../src/core/bytes.ts';
import type { Infer, Shape } from '../../src/core/pdu.ts';
import { systemClock } from '../../src/core/system-clock.ts';
import { HciPacketType } from '../../src/core/transport.ts';
import type { HciCommandType } from '../../src/hci/codec/command.ts';
import { HciCommand } from '../../src/hci/codec/commands.ts';
import { HciEvent } from '../../src/hci/codec/events.ts';
import { openTcp } from '../../src/transport/socket/tcp.ts';
import { role, type Side, served, serveOrders, tell } from '../child.ts';
import { lastDevice, type Phase } from '../phases.ts';

// No host at all: the same bytes through the same transport. What a stack costs is what it costs beyond this.

const port = role === 'central' ? served.central : served.peripheral;
const transport = await openTcp({ host: '127.0.0.1', port }, { clock: systemClock });

const LE_META = 0x3e;
const CONNECTION_COMPLETE = 1;
const ADVERTISING_REPORT = 2;

let handle = 0;
let credits = 0;
let received = 0;
let wanted = 0;
let onWanted: () => void = () => undefined;
let onCredit: () => void = () => undefined;
let onAnswer: () => void = () => undefined;
let onLink: () => void = () => undefined;
let onLost: () => void = () => undefined;
let onLast: () => void = () => undefined;
let reply: Uint8Array | undefined;

const ATT_CID = 0x0004;
/** The first channel that a stack would open. */
const CHANNEL_CID = 0x0040;
/** The information payload of a K-frame that fills a packet of the air, and the SDU length in front of the first. */
const MPS = 247;
const SDU_LENGTH_SIZE = 2;

/** An ACL packet with an L2CAP PDU. */
const l2capPacket = (cid: number, pduLength: number): Uint8Array => {
  const packet = new Uint8Array(9 + pduLength);
  packet[0] = HciPacketType.acl;
  writeU16(packet, 1, handle);
  writeU16(packet, 3, 4 + pduLength);
  writeU16(packet, 5, pduLength);
  writeU16(packet, 7, cid);
  return packet;
};

/** The packets of one operation, which are sent over and over. */
const packetsOf = ({ kind, size }: Phase): Uint8Array[] => {
  if (kind !== 'sdu') return [l2capPacket(ATT_CID, kind === 'read' ? 3 : 3 + size)];
  const packets: Uint8Array[] = [];
  for (let left = size + SDU_LENGTH_SIZE; left > 0; left -= MPS)
    packets.push(l2capPacket(CHANNEL_CID, Math.min(left, MPS)));
  return packets;
};

const onEvent = (packet: Uint8Array): void => {
  const code = packet[1];
  if (code === HciEvent.numberOfCompletedPackets.code) {
    credits += readU16(packet, 6);
    onCredit();
  } else if (code === HciEvent.commandComplete.code || code === HciEvent.commandStatus.code) onAnswer();
  else if (code === HciEvent.disconnectionComplete.code) onLost();
  else if (code === LE_META && packet[3] === CONNECTION_COMPLETE) {
    handle = readU16(packet, 5);
    onLink();
  } else if (code === LE_META && packet[3] === ADVERTISING_REPORT && packet[7] === lastDevice) onLast();
};

transport.start({
  packet: (packet) => {
    if (packet[0] === HciPacketType.event) return onEvent(packet);
    received++;
    if (reply !== undefined) {
      credits--;
      transport.send(reply);
    }
    if (received === wanted) onWanted();
  },
  lostSync: (what) => {
    throw new Error(what);
  },
  closed: () => process.exit(),
});

const command = <P extends Shape, R extends Shape>(
  type: HciCommandType<P, R>,
  parameters: Infer<P>,
): Promise<void> =>
  new Promise((resolve) => {
    onAnswer = resolve;
    transport.send(type.encode(parameters));
  });

const next = (set: (resolve: () => void) => void): Promise<void> => new Promise(set);

await command(HciCommand.reset, {});
// LE Meta is not among the events that a controller sends by default.
await command(HciCommand.setEventMask, { eventMask: 0x2000_1fff_ffff_ffffn });
await command(HciCommand.leSetEventMask, { leEventMask: 0x1fn });

const advertise = async (): Promise<void> => {
  await command(HciCommand.leSetAdvertisingParameters, {
    advertisingIntervalMin: 0x20,
    advertisingIntervalMax: 0x20,
    advertisingType: 0,
    ownAddressType: 0,
    peerAddressType: 0,
    peerAddress: parseAddress('00:00:00:00:00:00'),
    advertisingChannelMap: 7,
    advertisingFilterPolicy: 0,
  });
  await command(HciCommand.leSetAdvertisingEnable, { advertisingEnable: 1 });
};

const scan = async (enable: 0 | 1): Promise<void> => {
  if (enable === 1) {
    await command(HciCommand.leSetScanParameters, {
      leScanType: 0,
      leScanInterval: 0x60,
      leScanWindow: 0x30,
      ownAddressType: 0,
      scanningFilterPolicy: 0,
    });
  }
  await command(HciCommand.leSetScanEnable, { leScanEnable: enable, filterDuplicates: 0 });
};

const connect = async (peer: string): Promise<void> => {
  const linked = next((resolve) => {
    onLink = resolve;
  });
  await command(HciCommand.leCreateConnection, {
    leScanInterval: 0x60,
    leScanWindow: 0x30,
    initiatorFilterPolicy: 0,
    peerAddressType: 0,
    peerAddress: parseAddress(peer),
    ownAddressType: 0,
    connectionIntervalMin: 24,
    connectionIntervalMax: 40,
    maxLatency: 0,
    supervisionTimeout: 400,
    minCeLength: 0,
    maxCeLength: 0,
  });
  await linked;
};

const disconnect = async (): Promise<void> => {
  const lost = next((resolve) => {
    onLost = resolve;
  });
  await command(HciCommand.disconnect, { connectionHandle: handle, reason: 0x13 });
  await lost;
};

const send = async (count: number, phase: Phase): Promise<void> => {
  const packets = packetsOf(phase);
  for (let i = 0; i < count; i++) {
    for (const packet of packets) {
      while (credits === 0) {
        await next((resolve) => {
          onCredit = resolve;
        });
      }
      credits--;
      transport.send(packet);
    }
  }
};

/** Resolves when so many more packets have come; those may be among them that came before the call. */
const receive = (count: number): Promise<void> =>
  new Promise((resolve) => {
    wanted += count;
    onWanted = resolve;
    if (received >= wanted) resolve();
  });

/** Nothing travels between two phases. */
const countAnew = (): void => {
  received = 0;
  wanted = 0;
};

const PEER = served.peripheralAddress;
let linked = false;

const peripheral: Omit<Side, 'close' | 'counted'> = {
  async prepare(phase) {
    countAnew();
    if (!linked) {
      const up = next((resolve) => {
        onLink = resolve;
      });
      onLost = () => void advertise();
      await advertise();
      if (phase.kind !== 'connect' && phase.kind !== 'report') await up;
      linked = true;
      credits = 8;
    }
    reply = phase.kind === 'read' ? l2capPacket(ATT_CID, 1 + phase.size) : undefined;
  },
  async run(phase, count): Promise<undefined> {
    if (phase.kind === 'notify') await send(count, phase);
    else if (phase.kind === 'writeCommand') await receive(count);
    else if (phase.kind === 'sdu') await receive(count * packetsOf(phase).length);
  },
};

const central: Omit<Side, 'close' | 'counted'> = {
  async prepare({ kind }) {
    countAnew();
    const wantsLink = kind !== 'connect' && kind !== 'report';
    if (wantsLink && !linked) {
      await connect(PEER);
      credits = 8;
    } else if (!wantsLink && linked) await disconnect();
    linked = wantsLink;
  },
  async run(phase, count): Promise<undefined> {
    if (phase.kind === 'notify') await receive(count);
    else if (phase.kind === 'writeCommand' || phase.kind === 'sdu') await send(count, phase);
    else if (phase.kind === 'read') {
      const [packet = new Uint8Array()] = packetsOf(phase);
      for (let i = 0; i < count; i++) {
        const answered = receive(1);
        credits--;
        transport.send(packet);
        await answered;
      }
    } else if (phase.kind === 'connect') {
      for (let i = 0; i < count; i++) {
        await connect(PEER);
        await disconnect();
      }
    } else {
      await scan(1);
      const over = next((resolve) => {
        onLast = resolve;
      });
      tell({ flood: count });
      await over;
      await scan(0);
    }
  },
};

serveOrders({
  ...(role === 'central' ? central : peripheral),
  close: () => transport.close(),
  counted: () => ({ writes: transport.counters['writes'] ?? 0 }),
});
