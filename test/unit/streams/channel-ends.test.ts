import { afterEach, expect, test } from 'vitest';
import { ChannelEnds } from '../../../src/streams/channel-ends.ts';
import { channelOf } from '../../support/channel-of.ts';
import { connected, endLinks } from '../l2cap/credit-side.ts';

afterEach(endLinks);

test('SDUs of no octets are no chunks', async () => {
  const { channel, pdu } = await connected();
  const ends = new ChannelEnds(channelOf(channel));
  const reading = ends.read();
  pdu(0x40, '0000');
  pdu(0x40, '0000');
  pdu(0x40, '0100 aa');
  expect(await reading).toEqual(Uint8Array.of(0xaa));
});

test('what broke first is the reason, also when the link is lost thereafter', async () => {
  const { channel, acl } = await connected();
  const ends = new ChannelEnds(channelOf(channel));
  void ends.abort('first');
  void ends.abort('second');
  acl.disconnect();
  expect(await ends.ended).toBe('first');
  await expect(ends.read()).rejects.toBe('first');
});
