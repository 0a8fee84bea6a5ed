import { afterEach, describe, expect, test } from 'vitest';
import { DisconnectedError, InvalidArgumentError, InvalidStateError } from '../../../../src/core/errors.ts';
import { channelOf } from '../../../support/channel-of.ts';
import { connected, endLinks, failure } from '../../l2cap/credit-side.ts';

afterEach(endLinks);

const make = async () => {
  const side = await connected();
  return { ...side, facade: channelOf(side.channel) };
};

describe('an SDU of no octets', () => {
  test('is one for who reads messages', async () => {
    const { facade, pdu } = await make();
    pdu(0x40, '0000');
    expect(await facade.receive()).toEqual(new Uint8Array(0));
  });

  test('is passed over by who reads octets, and its credit goes back', async () => {
    const { facade, pdu, sent } = await make();
    const reading = facade.receiveInto(new Uint8Array(4));
    for (let i = 0; i < 16; i++) pdu(0x40, '0000');
    expect(sent()).toEqual(['05001602040040001000']);
    pdu(0x40, '0100 aa');
    expect(await reading).toBe(1);
  });

  test('at the end leaves nothing to read', async () => {
    const { facade, pdu, receive } = await make();
    pdu(0x40, '0000');
    receive('06 09 0400 4000 4100');
    expect(await failure(facade.receiveInto(new Uint8Array(4)))).toBeInstanceOf(DisconnectedError);
  });
});

describe('reading', () => {
  test('in part gives no credit back before the SDU is used up', async () => {
    const { facade, pdu, sent } = await make();
    for (let i = 0; i < 16; i++) pdu(0x40, '0200 aabb');
    const octet = new Uint8Array(1);
    for (let i = 0; i < 31; i++) expect(await facade.receiveInto(octet)).toBe(1);
    expect(sent()).toEqual([]);
    expect(await facade.receive()).toEqual(Uint8Array.of(0xbb));
    expect(sent()).toEqual(['05001602040040001000']);
    expect(facade.available).toBe(0);
  });

  test('into no room is a mistake', async () => {
    const { facade } = await make();
    expect(await failure(facade.receiveInto(new Uint8Array(0)))).toBeInstanceOf(InvalidArgumentError);
  });

  test('is for one at a time, also while something is there for the first', async () => {
    const { facade, pdu } = await make();
    const first = facade.receive();
    expect(await failure(facade.receive())).toBeInstanceOf(InvalidStateError);
    pdu(0x40, '0100 aa');
    pdu(0x40, '0100 bb');
    expect(await facade.receive()).toEqual(Uint8Array.of(0xbb));
    expect(await first).toEqual(Uint8Array.of(0xaa));
  });

  test('what has arrived is there after the link is lost, and then the loop throws', async () => {
    const { facade, pdu, acl } = await make();
    pdu(0x40, '0100 aa');
    acl.disconnect(0x08);
    const seen: number[] = [];
    const loop = (async () => {
      for await (const sdu of facade) seen.push(...sdu);
    })();
    expect(await failure(loop)).toMatchObject({ name: 'DisconnectedError', reason: 0x08 });
    expect(seen).toEqual([0xaa]);
  });

  test('a rule broken by the peer throws in the loop and says which', async () => {
    const { facade, pdu } = await make();
    const next = failure(facade[Symbol.asyncIterator]().next());
    pdu(0x40, '6500 aa');
    expect(await next).toMatchObject({
      reason: 0x16,
      message:
        'L2CAP channel 0x0040 (SPSM 0x0080) of the peer was closed, because the peer sent an SDU longer than the MTU',
    });
  });

  test('after closing here there is nothing left', async () => {
    const { facade, pdu, receive } = await make();
    pdu(0x40, '0100 aa');
    const closing = facade.disconnect();
    receive('07 02 0400 4100 4000');
    await closing;
    expect(facade.available).toBe(0);
    expect((await facade[Symbol.asyncIterator]().next()).done).toBe(true);
    await facade[Symbol.asyncDispose]();
  });
});
