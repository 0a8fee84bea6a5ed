import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseAddress } from '../../../src/core/address.ts';
import { DisconnectedError, HciError, MalformedPduError, TransportError } from '../../../src/core/errors.ts';
import { Log, type LogRecord } from '../../../src/core/log.ts';
import { ManualClock } from '../../../src/core/manual-clock.ts';
import { allocatePacket } from '../../../src/core/packet.ts';
import type { AclLink } from '../../../src/hci/acl-link.ts';
import { encodeCommandStatus } from '../../../src/hci/codec/command-answers.ts';
import { HciCommand } from '../../../src/hci/codec/commands.ts';
import { HciErrorCode } from '../../../src/hci/codec/error-codes.ts';
import { HciEvent } from '../../../src/hci/codec/events.ts';
import type { ConnectionComplete } from '../../../src/hci/connection-complete.ts';
import { HciController } from '../../../src/hci/hci-controller.ts';
import { fromHex } from '../../support/hex.ts';
import { everything, ScriptedController } from '../../support/scripted-controller.ts';

const peer = parseAddress('F0:F1:F2:F3:F4:F5');
let clock: ManualClock;
let script: ScriptedController;
let controller: HciController;
let log: LogRecord[];

beforeEach(async () => {
  clock = new ManualClock();
  log = [];
  script = new ScriptedController(everything);
  controller = await clock.run(
    HciController.start(script, { clock, log: new Log((record) => log.push(record)) }),
  );
  script.sent.length = 0;
});

afterEach(async () => {
  await clock.run(controller.close());
  expect(clock.pending).toBe(0);
});

const outcome = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => value,
    (error: unknown) => error,
  );
const connected = (handle = 0x40): AclLink => {
  script.connect(handle);
  const link = controller.links.get(handle);
  if (link === undefined) throw new Error('no link');
  return link;
};

describe('connections', () => {
  test('the link is there before any handler of the event, and is given with it', () => {
    const seen: unknown[] = [];
    controller.on(HciEvent.leConnectionComplete, ({ connectionHandle }) => {
      seen.push(controller.links.has(connectionHandle));
    });
    controller.onConnection((event, link) => seen.push([event, link === controller.links.get(0x40)]));
    script.connect(0x40);
    const event: ConnectionComplete = {
      status: 0,
      connectionHandle: 0x40,
      role: 'peripheral',
      peerAddressType: 1,
      peerAddress: peer,
      localResolvablePrivateAddress: undefined,
      peerResolvablePrivateAddress: undefined,
      connectionInterval: 24,
      peripheralLatency: 0,
      supervisionTimeout: 72,
      centralClockAccuracy: 0,
    };
    expect(seen).toEqual([[event, true], true]);
  });

  test('the enhanced forms of the event tell the private addresses in use', () => {
    const events: ConnectionComplete[] = [];
    controller.onConnection((event) => events.push(event));
    const enhanced = {
      status: 0,
      role: 0,
      peerAddressType: 3,
      peerAddress: peer,
      localResolvablePrivateAddress: parseAddress('00:00:00:00:00:00'),
      peerResolvablePrivateAddress: parseAddress('7A:11:22:33:44:55'),
      connectionInterval: 6,
      peripheralLatency: 4,
      supervisionTimeout: 42,
      centralClockAccuracy: 0,
    };
    script.event(HciEvent.leEnhancedConnectionComplete, { ...enhanced, connectionHandle: 1 });
    script.event(HciEvent.leEnhancedConnectionCompleteV2, {
      ...enhanced,
      connectionHandle: 2,
      advertisingHandle: 0xff,
      syncHandle: 0xffff,
    });
    expect([...controller.links.keys()]).toEqual([1, 2]);
    expect(events.map(({ role, peerAddressType }) => [role, peerAddressType])).toEqual([
      ['central', 3],
      ['central', 3],
    ]);
    expect(events[0]).toMatchObject({
      localResolvablePrivateAddress: undefined,
      peerResolvablePrivateAddress: '7A:11:22:33:44:55',
    });
  });

  test('an attempt that ends without a link is told with its status', () => {
    const seen: [number, AclLink | undefined][] = [];
    controller.onConnection(({ status }, link) => seen.push([status, link]));
    script.event(HciEvent.leConnectionComplete, {
      status: HciErrorCode.unknownConnectionIdentifier,
      connectionHandle: 0,
      role: 0,
      peerAddressType: 0,
      peerAddress: peer,
      connectionInterval: 0,
      peripheralLatency: 0,
      supervisionTimeout: 0,
      centralClockAccuracy: 0,
    });
    expect(seen).toEqual([[0x02, undefined]]);
    expect(controller.links.size).toBe(0);
  });

  test('data goes both ways, and Disconnection Complete ends the link with its reason', async () => {
    const link = connected();
    const received: string[] = [];
    link.receiver = (fragment, first) => received.push(`${first} ${fragment}`);
    script.acl(0x40, Uint8Array.of(1, 2));
    script.acl(0x40, Uint8Array.of(3), false);
    expect(received).toEqual(['true 1,2', 'false 3']);
    await link.send(allocatePacket(3));
    expect(script.aclSent.length).toBe(1);
    expect(controller.freeAclBuffers).toBe(everything.leBuffers.count - 1);
    script.disconnect(0x40, 0x08);
    expect(link.scope.error).toBeInstanceOf(DisconnectedError);
    expect(link.scope.error).toMatchObject({
      reason: 0x08,
      message: 'the link to F0:F1:F2:F3:F4:F5 has ended: Connection Timeout (0x08)',
    });
    expect(controller.freeAclBuffers).toBe(everything.leBuffers.count);
    expect(await outcome(link.send(allocatePacket(3)))).toBe(link.scope.error);
    script.disconnect(0x40);
    expect(controller.counters['disconnectionUnknownHandle']).toBe(1);
  });

  test('a failed disconnection leaves the link', () => {
    const link = connected();
    script.event(HciEvent.disconnectionComplete, { status: 0x0c, connectionHandle: 0x40, reason: 0x13 });
    expect(link.scope.error).toBeUndefined();
  });

  test('a handle that is told of twice is a new link, and nothing of the old one is left', () => {
    const old = connected();
    const next = connected();
    expect(next).not.toBe(old);
    expect(old.scope.error).toBeInstanceOf(DisconnectedError);
    expect(controller.counters['connectionReplaced']).toBe(1);
    expect(controller.links.size).toBe(1);
  });

  test('a handler that throws is counted, and the others are called', () => {
    const seen: number[] = [];
    controller.onConnection(() => {
      throw new Error('bug');
    });
    controller.onConnection(({ connectionHandle }) => seen.push(connectionHandle));
    script.connect(7);
    expect(seen).toEqual([7]);
    expect(controller.counters['connectionHandlerErrors']).toBe(1);
    expect(log.at(-1)?.message).toContain('bug');
  });

  test('a handler that was taken back is not called', () => {
    const seen: number[] = [];
    const off = controller.onConnection(() => seen.push(1));
    off();
    off();
    script.connect(7);
    expect(seen).toEqual([]);
  });
});

describe('disconnect', () => {
  test('resolves when the link has ended', async () => {
    const link = connected();
    const done = controller.disconnect(link);
    await clock.advance(100);
    expect(script.last(HciCommand.disconnect)).toEqual({ connectionHandle: 0x40, reason: 0x13 });
    script.disconnect(0x40, 0x16);
    await done;
    await controller.disconnect(link);
    expect(script.commands).toEqual(['HCI_Disconnect']);
  });

  test('times out while the peer is silent, and the link ends later', async () => {
    const link = connected();
    const late = outcome(controller.disconnect(link));
    // Two intervals of 30 ms beside what every link is given.
    await clock.advance(2_060);
    expect(await late).toMatchObject({ code: 'BLE_TIMEOUT', timeoutMs: 2_060 });
    expect(link.scope.error).toBeUndefined();
    script.disconnect(0x40, 0x08);
    expect(link.scope.error).toBeInstanceOf(DisconnectedError);
  });

  test('a controller that does not know the link has lost it', async () => {
    const link = connected();
    script.refuse(HciCommand.disconnect, HciErrorCode.unknownConnectionIdentifier);
    await controller.disconnect(link);
    expect(link.scope.error).toBeInstanceOf(DisconnectedError);
    expect(controller.links.size).toBe(0);
  });

  test('one under way is waited for, other refusals reject', async () => {
    const link = connected();
    script.refuse(HciCommand.disconnect, HciErrorCode.commandDisallowed);
    const waiting = controller.disconnect(link);
    await clock.advance(10);
    script.disconnect(0x40);
    await waiting;
    const other = connected();
    script.refuse(HciCommand.disconnect, HciErrorCode.invalidHciCommandParameters);
    expect(await clock.run(outcome(controller.disconnect(other, 0x77)))).toBeInstanceOf(HciError);
  });
});

describe('events', () => {
  test('reach who listens, until taken back, also within a call', () => {
    const seen: string[] = [];
    const off = controller.on(HciEvent.leDataLengthChange, () => {
      seen.push('first');
      off();
    });
    controller.on(HciEvent.leDataLengthChange, ({ maxTxOctets }) => seen.push(`second ${maxTxOctets}`));
    const change = {
      connectionHandle: 1,
      maxTxOctets: 251,
      maxTxTime: 2120,
      maxRxOctets: 251,
      maxRxTime: 2120,
    };
    script.event(HciEvent.leDataLengthChange, change);
    script.event(HciEvent.leDataLengthChange, change);
    off();
    expect(seen).toEqual(['first', 'second 251', 'second 251']);
  });

  test('that are malformed or unknown are dropped and counted', () => {
    controller.on(HciEvent.leDataLengthChange, () => {
      throw new Error('must not be called');
    });
    script.deliver(fromHex('043e03 07 0100'));
    script.deliver(fromHex('043e05 07 0100'));
    script.deliver(fromHex('0405 02 0040'));
    script.deliver(fromHex('04ff01 00'));
    script.deliver(fromHex('043e02 7f 00'));
    script.deliver(fromHex('03 0100 01 00'));
    script.deliver(new Uint8Array(0));
    expect(controller.counters).toMatchObject({
      eventMalformed: 3,
      eventUnknown: 2,
      packetUnexpected: 2,
      eventHandlerErrors: 0,
    });
    expect(controller.scope.error).toBeUndefined();
  });

  test('whose handler throws are logged and counted', () => {
    controller.on(HciEvent.encryptionChange, () => {
      throw new Error('bug');
    });
    script.event(HciEvent.encryptionChange, { status: 0, connectionHandle: 1, encryptionEnabled: 1 });
    expect(controller.counters['eventHandlerErrors']).toBe(1);
    expect(log.at(-1)?.message).toContain('HCI_Encryption_Change');
  });

  test('Data Buffer Overflow is counted', () => {
    script.event(HciEvent.dataBufferOverflow, { linkType: 1 });
    expect(controller.counters['dataBufferOverflow']).toBe(1);
  });
});

describe('advertising reports', () => {
  const legacy = fromHex('043e1a0202 0001f5f4f3f2f1f000c8 0000665544332211 03 020106 d8');

  test('reach who listens; one that is cut is counted', () => {
    const seen: [string, number, number][] = [];
    const off = controller.onReports((reports) => {
      while (reports.next()) seen.push([reports.address, reports.rssi, reports.dataLength]);
    });
    const whole = Uint8Array.from(legacy);
    whole[2] = whole.length - 3;
    script.deliver(whole);
    const cut = whole.slice(0, whole.length - 1);
    cut[2] = cut.length - 3;
    script.deliver(cut);
    off();
    script.deliver(whole);
    expect(seen).toEqual([
      ['F0:F1:F2:F3:F4:F5', -56, 0],
      ['11:22:33:44:55:66', -40, 3],
      ['F0:F1:F2:F3:F4:F5', -56, 0],
    ]);
    expect(controller.counters['reportMalformed']).toBe(1);
  });

  test('directed and extended ones come the same way, and a handler that throws stops none', () => {
    const seen: number[] = [];
    controller.onReports((reports) => {
      reports.next();
      throw new Error('bug');
    });
    controller.onReports((reports) => {
      while (reports.next()) seen.push(reports.rssi);
    });
    const common = { addressType: 1, address: peer, rssi: -70, directAddressType: 1, directAddress: peer };
    script.event(HciEvent.leDirectedAdvertisingReport, { reports: [{ eventType: 1, ...common }] });
    script.event(HciEvent.leExtendedAdvertisingReport, {
      reports: [
        {
          eventType: 0,
          ...common,
          primaryPhy: 1,
          secondaryPhy: 2,
          advertisingSid: 3,
          txPower: 127,
          periodicAdvertisingInterval: 0,
          data: new Uint8Array(200),
        },
      ],
    });
    expect(seen).toEqual([-70, -70]);
    expect(controller.counters['reportHandlerErrors']).toBe(2);
  });
});

describe('requests of the controller', () => {
  const ltkRequest = { connectionHandle: 0x40, randomNumber: new Uint8Array(8), encryptedDiversifier: 0 };
  const parameterRequest = {
    connectionHandle: 0x40,
    intervalMin: 6,
    intervalMax: 6,
    maxLatency: 0,
    timeout: 100,
  };

  test('are answered when nobody listens', async () => {
    script.event(HciEvent.leLongTermKeyRequest, ltkRequest);
    script.event(HciEvent.leRemoteConnectionParameterRequest, parameterRequest);
    await clock.advance(0);
    expect(script.last(HciCommand.leLongTermKeyRequestNegativeReply)).toEqual({ connectionHandle: 0x40 });
    expect(script.last(HciCommand.leRemoteConnectionParameterRequestNegativeReply)).toEqual({
      connectionHandle: 0x40,
      reason: 0x3b,
    });
  });

  test('are left to who listens, unless that throws', async () => {
    const off = controller.on(HciEvent.leLongTermKeyRequest, () => {});
    script.event(HciEvent.leLongTermKeyRequest, ltkRequest);
    await clock.advance(0);
    expect(script.commands).toEqual([]);
    off();
    const fails = controller.on(HciEvent.leLongTermKeyRequest, () => {
      throw new MalformedPduError('the bond that was looked up');
    });
    script.event(HciEvent.leLongTermKeyRequest, ltkRequest);
    await clock.advance(0);
    expect(script.last(HciCommand.leLongTermKeyRequestNegativeReply)).toEqual({ connectionHandle: 0x40 });
    fails();
    controller.on(HciEvent.leLongTermKeyRequest, () => {
      throw new Error('bug');
    });
    script.event(HciEvent.leLongTermKeyRequest, ltkRequest);
    await clock.advance(0);
    expect(script.commands).toEqual([
      'HCI_LE_Long_Term_Key_Request_Negative_Reply',
      'HCI_LE_Long_Term_Key_Request_Negative_Reply',
    ]);
  });

  test('an answer that is refused harms nothing', async () => {
    script.refuse(HciCommand.leLongTermKeyRequestNegativeReply, 0x02);
    script.event(HciEvent.leLongTermKeyRequest, ltkRequest);
    await clock.advance(0);
    expect(log.at(-1)?.message).toContain('Unknown Connection Identifier');
    expect(controller.scope.error).toBeUndefined();
  });
});

describe('a controller that fails', () => {
  const expectFailed = (link: AclLink, text: string): void => {
    expect(controller.scope.error).toBeInstanceOf(TransportError);
    expect(controller.scope.error?.message).toContain(text);
    expect(link.scope.error).toBe(controller.scope.error);
    expect(controller.links.size).toBe(0);
  };

  test('by a command that is not answered: a Reset follows and nothing else', async () => {
    const link = connected();
    script.script(HciCommand.leSetPhy, () => []);
    const phy = { connectionHandle: 0x40, allPhys: 0, txPhys: 2, rxPhys: 2, phyOptions: 0 };
    const waiting = outcome(controller.send(HciCommand.leSetPhy, phy));
    const next = outcome(controller.send(HciCommand.leRand, {}));
    await clock.advance(2_000);
    expectFailed(link, 'did not answer HCI_LE_Set_PHY within 2000 ms');
    expect(await waiting).toBe(controller.scope.error);
    expect(await next).toBe(controller.scope.error);
    // What comes late is heard by nobody.
    script.deliver(encodeCommandStatus(HciCommand.leSetPhy.opcode, 0));
    script.connect(0x41);
    expect(await outcome(controller.send(HciCommand.leRand, {}))).toBe(controller.scope.error);
    expect(await outcome(link.send(allocatePacket(1)))).toBe(controller.scope.error);
    expect(controller.links.size).toBe(0);
    expect(script.commands).toEqual(['HCI_LE_Set_PHY', 'HCI_Reset']);
  });

  test('by a hardware error', () => {
    const link = connected();
    script.event(HciEvent.hardwareError, { hardwareCode: 0x42 });
    expectFailed(link, 'hardware error 0x42');
    expect(script.commands).toEqual(['HCI_Reset']);
  });

  test('by octets that are no HCI packet', () => {
    const link = connected();
    script.lostSync('0x17 where a packet begins');
    expectFailed(link, '0x17 where a packet begins');
    expect(script.commands).toEqual(['HCI_Reset']);
  });

  test('by its transport', async () => {
    const link = connected();
    const disconnecting = controller.disconnect(link);
    await clock.advance(0);
    script.sent.length = 0;
    script.lost(new Error('EPIPE'));
    expectFailed(link, 'EPIPE');
    await disconnecting;
    expect(script.sent).toEqual([]);
  });
});

describe('close', () => {
  test('silences the controller, ends everything and is idempotent', async () => {
    const link = connected();
    const closing = controller.close();
    expect(controller.close()).toBe(closing);
    await closing;
    expect(script.commands).toEqual(['HCI_Reset']);
    expect(script.closed).toBe(true);
    expect(controller.scope.error?.message).toContain('was closed');
    expect(link.scope.error).toBe(controller.scope.error);
  });

  test('nothing follows the Reset, neither command nor data, and the end may close again', async () => {
    script.script(HciCommand.reset, () => []);
    const link = connected();
    const late: Promise<unknown>[] = [];
    link.scope.add(() => {
      late.push(controller.close());
      late.push(
        outcome(controller.send(HciCommand.leSetScanEnable, { leScanEnable: 1, filterDuplicates: 0 })),
      );
      late.push(outcome(link.send(allocatePacket(5))));
    });
    const closing = controller.close();
    await clock.advance(100);
    expect(script.closed).toBe(false);
    await clock.advance(400);
    await closing;
    expect(script.sent.length).toBe(1);
    expect(script.commands).toEqual(['HCI_Reset']);
    for (const error of (await Promise.all(late)).slice(1)) expect(error).toBe(controller.scope.error);
  });

  test('does not wait long for a controller that is silent', async () => {
    script.script(HciCommand.reset, () => []);
    const closing = controller.close();
    await clock.advance(500);
    await closing;
    expect(script.closed).toBe(true);
  });
});
