import { expect, test } from 'vitest';
import { TransportError } from '../../../src/core/errors.ts';
import { ManualClock } from '../../../src/core/manual-clock.ts';
import { allocatePacket } from '../../../src/core/packet.ts';
import { HciEvent } from '../../../src/hci/codec/events.ts';
import { HciController } from '../../../src/hci/hci-controller.ts';
import { csr8510, everything, ScriptedController } from '../../support/scripted-controller.ts';
import { outcome, UnderTest } from './under-test.ts';

const HANDLE = 0x40;
const STRANGE = 0x123;

test('H3 events for handles that there are not change nothing', async () => {
  await using under = await UnderTest.start();
  under.listenToAll();
  under.script.connect(HANDLE);
  under.script.disconnect(STRANGE);
  under.script.completed([STRANGE, 7], [0xfff, 0xffff]);
  under.script.event(HciEvent.encryptionChange, {
    status: 0,
    connectionHandle: STRANGE,
    encryptionEnabled: 1,
  });
  under.script.event(HciEvent.leDataLengthChange, {
    connectionHandle: STRANGE,
    maxTxOctets: 251,
    maxTxTime: 2120,
    maxRxOctets: 251,
    maxRxTime: 2120,
  });
  under.script.acl(STRANGE, new Uint8Array(5));
  under.expectSound();
  expect([...under.controller.links.keys()]).toEqual([HANDLE]);
  expect(under.counted('disconnectionUnknownHandle')).toBe(1);
  expect(under.counted('completedUnknownHandle')).toBe(2);
  await under.clock.advance(1_000);
  expect(under.clock.pending).toBe(0);
});

test('H3 more completed packets than were sent give no more buffers than there are', async () => {
  await using under = await UnderTest.start();
  under.script.connect(HANDLE);
  const link = under.controller.links.get(HANDLE);
  if (link === undefined) throw new Error('no link');
  await link.send(allocatePacket(5));
  await link.send(allocatePacket(5));
  under.script.completed([HANDLE, 0xffff]);
  under.script.completed([HANDLE, 1]);
  expect(under.controller.freeAclBuffers).toBe(everything.leBuffers.count);
  expect(under.counted('completedTooMany')).toBe(2);
});

test('H3 a connection that is told of twice is a new link, and the old one is over', async () => {
  await using under = await UnderTest.start();
  under.script.connect(HANDLE);
  const old = under.controller.links.get(HANDLE);
  if (old === undefined) throw new Error('no link');
  for (let i = 0; i < 20; i++) old.send(allocatePacket(5)).catch(() => undefined);
  under.script.connect(HANDLE);
  expect(old.scope.error).toBeInstanceOf(Error);
  expect(under.controller.links.size).toBe(1);
  expect(under.controller.links.get(HANDLE)).not.toBe(old);
  expect(under.controller.freeAclBuffers).toBe(everything.leBuffers.count);
  expect(under.counted('connectionReplaced')).toBe(1);
});

test('H3 a disconnection that is told of twice is one, and the buffers come back once', async () => {
  await using under = await UnderTest.start();
  under.script.connect(HANDLE);
  const link = under.controller.links.get(HANDLE);
  await link?.send(allocatePacket(5));
  under.script.disconnect(HANDLE);
  under.script.disconnect(HANDLE);
  under.script.completed([HANDLE, 1]);
  expect(under.controller.freeAclBuffers).toBe(everything.leBuffers.count);
  expect(under.controller.links.size).toBe(0);
  expect(under.counted('disconnectionUnknownHandle')).toBe(1);
  under.expectSound();
});

test('H3 LE buffers of size 0 are those of BR/EDR, and none at all is no controller', async () => {
  {
    await using under = await UnderTest.start(csr8510);
    expect(under.controller.info.acl).toMatchObject({ maxLength: 310, count: 10 });
  }
  const clock = new ManualClock();
  for (const commonBuffers of [
    { length: 0, count: 0 },
    { length: 310, count: 0 },
    { length: 0, count: 10 },
  ]) {
    const script = new ScriptedController({ ...csr8510, commonBuffers });
    const error = await clock.run(outcome(HciController.start(script, { clock })));
    expect(error).toBeInstanceOf(TransportError);
    expect(script.closed).toBe(true);
  }
  expect(clock.pending).toBe(0);
});
