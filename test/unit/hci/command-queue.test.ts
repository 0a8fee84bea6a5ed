import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  HciError,
  InvalidStateError,
  MalformedPduError,
  TimeoutError,
  TransportError,
} from '../../../src/core/errors.ts';
import { ManualClock } from '../../../src/core/manual-clock.ts';
import { WaitScope } from '../../../src/core/wait-scope.ts';
import {
  encodeCommandComplete,
  encodeCommandFailed,
  encodeCommandStatus,
} from '../../../src/hci/codec/command-answers.ts';
import { commandOf, HciCommand } from '../../../src/hci/codec/commands.ts';
import { CommandQueue, MAX_QUEUED_COMMANDS } from '../../../src/hci/command-queue.ts';
import { fromHex } from '../../support/hex.ts';

let clock: ManualClock;
let scope: WaitScope;
let written: string[];
let unexpected: number;
let unknown: number[];
let queue: CommandQueue;

beforeEach(() => {
  clock = new ManualClock();
  scope = new WaitScope();
  written = [];
  unexpected = 0;
  unknown = [];
  queue = new CommandQueue({
    clock,
    scope,
    timeoutMs: 2_000,
    write: (packet) => written.push(commandOf(packet)?.name ?? '?'),
    failed: (error) => {
      scope.end(error);
      queue.stop();
    },
    unexpected: () => unexpected++,
    unknownCommand: (opcode) => unknown.push(opcode),
  });
});

afterEach(() => {
  scope.end(new TransportError('over'));
  queue.stop();
});

const rand = { status: 0, randomNumber: fromHex('0102030405060708') };
const outcome = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);

describe('answers', () => {
  test('Command Complete gives the return parameters, in octets of the caller', async () => {
    const promise = queue.send(HciCommand.leRand, {});
    const packet = encodeCommandComplete(HciCommand.leRand, rand);
    queue.commandComplete(packet);
    packet.fill(0);
    expect(await promise).toEqual(rand);
  });

  test('a status names command and error', async () => {
    const promise = outcome(queue.send(HciCommand.leSetScanEnable, { leScanEnable: 1, filterDuplicates: 0 }));
    queue.commandComplete(encodeCommandFailed(HciCommand.leSetScanEnable.opcode, 0x0c));
    const error = await promise;
    expect(error).toBeInstanceOf(HciError);
    expect(error).toMatchObject({
      status: 0x0c,
      opcode: 0x200c,
      message: 'the controller refused HCI_LE_Set_Scan_Enable: Command Disallowed (0x0C)',
    });
  });

  test('Command Status answers a command that is answered so', async () => {
    const promise = queue.send(HciCommand.leReadRemoteFeatures, { connectionHandle: 1 });
    queue.commandStatus(encodeCommandStatus(HciCommand.leReadRemoteFeatures.opcode, 0));
    expect(await promise).toEqual({ status: 0 });
    const refused = outcome(queue.send(HciCommand.leReadRemoteFeatures, { connectionHandle: 1 }));
    queue.commandStatus(encodeCommandStatus(HciCommand.leReadRemoteFeatures.opcode, 0x02));
    expect(await refused).toMatchObject({ status: 0x02 });
  });

  test('either event may refuse a command of either kind', async () => {
    const one = outcome(queue.send(HciCommand.leRand, {}));
    queue.commandStatus(encodeCommandStatus(HciCommand.leRand.opcode, 0x01));
    expect(await one).toMatchObject({ status: 0x01 });
    const other = outcome(queue.send(HciCommand.leReadRemoteFeatures, { connectionHandle: 1 }));
    queue.commandComplete(encodeCommandFailed(HciCommand.leReadRemoteFeatures.opcode, 0x01));
    expect(await other).toMatchObject({ status: 0x01 });
    expect(unknown).toEqual([HciCommand.leRand.opcode, HciCommand.leReadRemoteFeatures.opcode]);
  });

  test('a successful Command Status of a command that completes only says that it has begun', async () => {
    const promise = queue.send(HciCommand.leRand, {});
    const second = queue.send(HciCommand.reset, {});
    queue.commandStatus(encodeCommandStatus(HciCommand.leRand.opcode, 0));
    expect(written).toEqual(['HCI_LE_Rand']);
    queue.commandComplete(encodeCommandComplete(HciCommand.leRand, rand));
    expect(await promise).toEqual(rand);
    queue.commandComplete(encodeCommandComplete(HciCommand.reset, { status: 0 }));
    await second;
  });

  test('return parameters that are cut, or missing, reject and leave the queue in step', async () => {
    const cut = outcome(queue.send(HciCommand.leRand, {}));
    queue.commandComplete(fromHex('040e06 01 1820 00 0102'));
    expect(await cut).toBeInstanceOf(MalformedPduError);
    const empty = outcome(queue.send(HciCommand.leRand, {}));
    queue.commandComplete(fromHex('040e03 01 1820'));
    expect(await empty).toBeInstanceOf(MalformedPduError);
    const good = queue.send(HciCommand.leRand, {});
    queue.commandComplete(encodeCommandComplete(HciCommand.leRand, rand));
    expect(await good).toEqual(rand);
  });

  test('an answer to nothing is counted and answers nothing', async () => {
    const promise = queue.send(HciCommand.leRand, {});
    queue.commandComplete(encodeCommandComplete(HciCommand.reset, { status: 0 }));
    queue.commandStatus(encodeCommandStatus(HciCommand.disconnect.opcode, 0));
    queue.commandComplete(fromHex('040e01 01'));
    queue.commandStatus(fromHex('040f02 00 01'));
    expect(unexpected).toBe(4);
    queue.commandComplete(encodeCommandComplete(HciCommand.leRand, rand));
    expect(await promise).toEqual(rand);
  });
});

describe('flow control', () => {
  test('one command at a time, in order', async () => {
    const first = queue.send(HciCommand.leRand, {});
    const second = queue.send(HciCommand.reset, {});
    expect(written).toEqual(['HCI_LE_Rand']);
    queue.commandComplete(encodeCommandComplete(HciCommand.leRand, rand, 5));
    expect(written).toEqual(['HCI_LE_Rand', 'HCI_Reset']);
    queue.commandComplete(encodeCommandComplete(HciCommand.reset, { status: 0 }));
    await first;
    await second;
  });

  test('none while the controller takes none; an answer to no command gives leave', async () => {
    const first = queue.send(HciCommand.leRand, {});
    const second = queue.send(HciCommand.reset, {});
    queue.commandComplete(encodeCommandComplete(HciCommand.leRand, rand, 0));
    await first;
    expect(written).toEqual(['HCI_LE_Rand']);
    await clock.advance(1_000);
    queue.commandStatus(encodeCommandStatus(0x0000, 0, 1));
    expect(written).toEqual(['HCI_LE_Rand', 'HCI_Reset']);
    expect(unexpected).toBe(0);
    queue.commandComplete(encodeCommandComplete(HciCommand.reset, { status: 0 }));
    await second;
  });

  test('Host Number Of Completed Packets goes past the queue', async () => {
    const first = queue.send(HciCommand.leRand, {});
    await queue.send(HciCommand.hostNumberOfCompletedPackets, { completed: [] });
    expect(written).toEqual(['HCI_LE_Rand', 'HCI_Host_Number_Of_Completed_Packets']);
    queue.commandComplete(encodeCommandComplete(HciCommand.leRand, rand));
    await first;
  });

  test('the queue has an end', async () => {
    const all = Array.from({ length: MAX_QUEUED_COMMANDS + 1 }, () =>
      outcome(queue.send(HciCommand.leRand, {})),
    );
    expect(await outcome(queue.send(HciCommand.leRand, {}))).toBeInstanceOf(InvalidStateError);
    scope.end(new TransportError('over'));
    expect(await Promise.all(all)).toEqual(all.map(() => scope.error));
  });
});

describe('deadlines', () => {
  test('a command that is not answered fails the controller, and all that wait', async () => {
    const first = outcome(queue.send(HciCommand.leRand, {}));
    const second = outcome(queue.send(HciCommand.reset, {}));
    await clock.advance(1_999);
    expect(scope.error).toBeUndefined();
    await clock.advance(1);
    expect(scope.error).toBeInstanceOf(TransportError);
    expect(scope.error?.message).toContain('did not answer HCI_LE_Rand within 2000 ms');
    expect(await first).toBe(scope.error);
    expect(await second).toBe(scope.error);
    expect(await outcome(queue.send(HciCommand.leRand, {}))).toBe(scope.error);
    // The answer comes after all: there is nothing it could match, and nothing more is sent.
    queue.commandComplete(encodeCommandComplete(HciCommand.leRand, rand));
    expect(written).toEqual(['HCI_LE_Rand']);
    expect(clock.pending).toBe(0);
  });

  test('a controller that never takes another command fails too', async () => {
    const first = queue.send(HciCommand.leRand, {});
    queue.commandComplete(encodeCommandComplete(HciCommand.leRand, rand, 0));
    await first;
    await clock.advance(10_000);
    expect(scope.error).toBeUndefined();
    const second = outcome(queue.send(HciCommand.reset, {}));
    await clock.advance(2_000);
    expect(await second).toBe(scope.error);
    expect(scope.error?.message).toContain('takes no commands');
  });

  test('each command has the whole deadline for itself', async () => {
    const first = queue.send(HciCommand.leRand, {});
    const second = queue.send(HciCommand.reset, {});
    await clock.advance(1_500);
    queue.commandComplete(encodeCommandComplete(HciCommand.leRand, rand));
    await first;
    await clock.advance(1_500);
    queue.commandComplete(encodeCommandComplete(HciCommand.reset, { status: 0 }));
    await second;
    expect(scope.error).toBeUndefined();
  });

  test('a caller that gives up is released, and the command keeps its place', async () => {
    const abort = new AbortController();
    const first = outcome(queue.send(HciCommand.leRand, {}, { signal: abort.signal }));
    const second = queue.send(HciCommand.leRand, {});
    const reason = new Error('enough');
    abort.abort(reason);
    expect(await first).toBe(reason);
    expect(written).toEqual(['HCI_LE_Rand']);
    // The first answer is that of the first command, though nobody waits for it.
    queue.commandComplete(encodeCommandComplete(HciCommand.leRand, rand));
    expect(written).toEqual(['HCI_LE_Rand', 'HCI_LE_Rand']);
    const other = { status: 0, randomNumber: fromHex('1111111111111111') };
    queue.commandComplete(encodeCommandComplete(HciCommand.leRand, other));
    expect(await second).toEqual(other);
  });

  test('a caller that gives up before its turn takes the command back, and is told what held it up', async () => {
    const first = queue.send(HciCommand.leRand, {});
    const second = outcome(queue.send(HciCommand.reset, {}, { timeoutMs: 100 }));
    await clock.advance(100);
    const error = await second;
    expect(error).toBeInstanceOf(TimeoutError);
    expect(String(error)).toContain('HCI_LE_Rand was with the controller');
    queue.commandComplete(encodeCommandComplete(HciCommand.leRand, rand));
    await first;
    expect(written).toEqual(['HCI_LE_Rand']);
    expect(clock.pending).toBe(0);
  });

  test('a given-up command that is never answered still fails the controller', async () => {
    const first = outcome(queue.send(HciCommand.leRand, {}, { timeoutMs: 100 }));
    await clock.advance(100);
    expect(await first).toBeInstanceOf(TimeoutError);
    await clock.advance(1_900);
    expect(scope.error).toBeInstanceOf(TransportError);
  });
});

test('values that no packet can carry reject and leave the queue in step', async () => {
  const wrong = outcome(
    queue.send(HciCommand.leEncrypt, { key: new Uint8Array(3), plaintextData: new Uint8Array(16) }),
  );
  expect(await wrong).toBeInstanceOf(RangeError);
  expect(written).toEqual([]);
});
