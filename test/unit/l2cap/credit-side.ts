import { Log } from '../../../src/core/log.ts';
import { ManualClock } from '../../../src/core/manual-clock.ts';
import type { CreditChannel } from '../../../src/l2cap/credit-channel.ts';
import type { CreditListener } from '../../../src/l2cap/credit-terms.ts';
import { L2capLink } from '../../../src/l2cap/l2cap-link.ts';
import { FakeAclLink } from '../../support/fake-acl-link.ts';
import { fromHex } from '../../support/hex.ts';

const links: FakeAclLink[] = [];

/** Ends the links of a test: for afterEach(). */
export const endLinks = (): void => {
  for (const link of links.splice(0)) link.disconnect();
};

export const le16 = (value: number): string =>
  [value & 0xff, value >> 8].map((octet) => octet.toString(16).padStart(2, '0')).join('');

/** One side of a link; the test plays the other. SPSM 0x80 is listened to with an MTU of 100. */
export const make = (changes: Partial<CreditListener> = {}) => {
  const acl = new FakeAclLink(251);
  links.push(acl);
  const clock = new ManualClock();
  const opened: CreditChannel[] = [];
  const listener: CreditListener = {
    mtu: 100,
    room: 8,
    admit: () => 0,
    opened: (channel) => opened.push(channel),
    ...changes,
  };
  const link = new L2capLink({
    acl,
    role: 'central',
    clock,
    log: new Log(),
    peer: 'the peer',
    listenerOf: (spsm) => (spsm === 0x80 ? listener : undefined),
  });
  link.start();
  const pdu = (cid: number, hex: string): void => {
    const payload = fromHex(hex);
    acl.deliver(Uint8Array.of(payload.length & 0xff, payload.length >> 8, cid & 0xff, cid >> 8, ...payload));
  };
  return {
    acl,
    clock,
    link,
    opened,
    pdu,
    /** A signalling command from the peer. */
    receive: (hex: string): void => pdu(5, hex),
    /** What was sent, without the PDU length: CID and payload. */
    sent: (): string[] => acl.takeSent().map((hex) => hex.slice(4)),
    settle: (): Promise<void> => clock.advance(0),
  };
};

/** A channel that this side opened: 0x0040 here, 0x0041 there. The peer takes SDUs of 50 octets in frames of 30, with so many credits. */
export const connected = async (credits = 10, mtu = 100) => {
  const side = make();
  const connecting = side.link.credit.connect(0x80, mtu, {});
  await side.settle();
  side.sent();
  side.receive(`15 01 0a00 4100 3200 1e00 ${le16(credits)} 0000`);
  const channel = await connecting;
  const sdus: string[] = [];
  channel.receiver = (sdu, frames) => {
    sdus.push(Buffer.from(sdu).toString('hex'));
    channel.read(frames);
  };
  return { ...side, channel, sdus };
};

/** As sent for the channel of connected(), or of the first connect(). */
export const disconnectionRequest = '05000602040041004000';
export const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.catch((error: unknown) => error);
