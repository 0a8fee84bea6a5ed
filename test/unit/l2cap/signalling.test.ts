import { afterEach, describe, expect, test } from 'vitest';
import {
  DisconnectedError,
  InvalidArgumentError,
  InvalidStateError,
  L2capError,
  MalformedPduError,
  TimeoutError,
} from '../../../src/core/errors.ts';
import { Log } from '../../../src/core/log.ts';
import { ManualClock } from '../../../src/core/manual-clock.ts';
import type { ConnectionParameters } from '../../../src/l2cap/connection-parameters.ts';
import { L2capLink } from '../../../src/l2cap/l2cap-link.ts';
import { FakeAclLink } from '../../support/fake-acl-link.ts';
import { fromHex } from '../../support/hex.ts';

const links: FakeAclLink[] = [];
afterEach(() => {
  for (const link of links.splice(0)) link.disconnect();
});

const make = (role: 'central' | 'peripheral') => {
  const acl = new FakeAclLink(251);
  links.push(acl);
  const clock = new ManualClock();
  const link = new L2capLink({ acl, role, clock, log: new Log(), peer: 'the peer' });
  link.start();
  const frame = (hex: string): Uint8Array => {
    const payload = fromHex(hex);
    return Uint8Array.of(payload.length & 0xff, payload.length >> 8, 0x05, 0x00, ...payload);
  };
  return {
    acl,
    clock,
    link,
    /** A C-frame from the peer. */
    receive: (hex: string): void => acl.deliver(frame(hex)),
    /** What was sent, without the basic header. */
    sent: (): string[] => acl.takeSent().map((pdu) => pdu.slice(8)),
  };
};

const parameters: ConnectionParameters = { intervalMin: 24, intervalMax: 40, latency: 0, timeout: 400 };
const request = '12 01 0800 1800 2800 0000 9001';

describe('Connection Parameter Update as peripheral', () => {
  test('is sent and accepted (L2CAP/LE/CPU/BV-01-C)', async () => {
    const { link, receive, acl, clock } = make('peripheral');
    const done = link.requestConnectionParameters(parameters);
    expect(acl.takeSent()).toEqual(['0c000500120108001800280000009001']);
    receive('13 01 0200 0000');
    await done;
    expect(clock.pending).toBe(0);
  });

  test('is refused', async () => {
    const { link, receive } = make('peripheral');
    const done = link.requestConnectionParameters(parameters);
    receive('13 01 0200 0100');
    const error: unknown = await done.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(L2capError);
    expect(error).toMatchObject({
      result: 1,
      message: expect.stringContaining('it refused (result 0x0001)'),
    });
  });

  test('is not understood', async () => {
    const { link, receive } = make('peripheral');
    const done = link.requestConnectionParameters(parameters);
    receive('01 01 0200 0000');
    await expect(done).rejects.toThrow('does not understand the command');
  });

  test('is answered with nonsense', async () => {
    const { link, receive } = make('peripheral');
    const done = link.requestConnectionParameters(parameters);
    receive('13 01 0100 00');
    await expect(done).rejects.toBeInstanceOf(MalformedPduError);
  });

  test('a response with another identifier, of another kind or a second time is ignored (L2CAP/COS/CED/BI-29-C)', async () => {
    const { link, receive, sent } = make('peripheral');
    const done = link.requestConnectionParameters(parameters);
    sent();
    receive('13 00 0200 0000');
    receive('13 02 0200 0000');
    receive('15 01 0a00 0000 0000 0000 0000 0000');
    receive('01 07 0200 0000');
    receive('13 01 0200 0000');
    await done;
    receive('13 01 0200 0000');
    expect(sent()).toEqual([]);
    expect(link.counters).toMatchObject({ unexpectedResponses: 4, malformedCommands: 1 });
  });

  test('uses every identifier but 0 before one comes again', async () => {
    const { link, receive, sent } = make('peripheral');
    const identifiers: string[] = [];
    for (let i = 0; i < 256; i++) {
      const done = link.requestConnectionParameters(parameters);
      const identifier = sent()[0]?.slice(2, 4) ?? '';
      identifiers.push(identifier);
      receive(`13 ${identifier} 0200 0000`);
      await done;
    }
    expect(new Set(identifiers.slice(0, 255)).size).toBe(255);
    expect(identifiers).not.toContain('00');
    expect(identifiers[255]).toBe(identifiers[0]);
  });

  test('never uses an identifier whose request is still open', async () => {
    const { link, receive, sent } = make('peripheral');
    const open = link.requestConnectionParameters(parameters);
    expect(sent()[0]?.slice(2, 4)).toBe('01');
    for (let i = 0; i < 300; i++) {
      const done = link.requestConnectionParameters(parameters);
      const identifier = sent()[0]?.slice(2, 4) ?? '';
      expect(identifier).not.toBe('01');
      receive(`13 ${identifier} 0200 0000`);
      await done;
    }
    receive('13 01 0200 0000');
    await open;
  });

  test('waits as long as RTX', async () => {
    const { link, clock, receive } = make('peripheral');
    const done = link.requestConnectionParameters(parameters, { timeoutMs: Number.POSITIVE_INFINITY });
    const error = done.catch((reason: unknown) => reason);
    await clock.advance(29_999);
    expect(clock.pending).toBeGreaterThan(0);
    await clock.advance(1);
    expect(await error).toBeInstanceOf(TimeoutError);
    expect(clock.pending).toBe(0);
    receive('13 01 0200 0000');
    expect(link.counters.unexpectedResponses).toBe(1);
  });

  test('keeps its identifier when the caller gives up, and the late response harms nobody', async () => {
    const { link, clock, receive, sent } = make('peripheral');
    const first = link
      .requestConnectionParameters(parameters, { timeoutMs: 100 })
      .catch((reason: unknown) => reason);
    await clock.advance(100);
    expect(await first).toBeInstanceOf(TimeoutError);
    const second = link.requestConnectionParameters(parameters);
    expect(sent().map((command) => command.slice(2, 4))).toEqual(['01', '02']);
    receive('13 01 0200 0100');
    receive('13 02 0200 0000');
    await second;
    expect(clock.pending).toBe(0);
  });

  test('is bounded', async () => {
    const { link, sent } = make('peripheral');
    const all = Array.from({ length: 17 }, () =>
      link.requestConnectionParameters(parameters).catch((reason: unknown) => reason),
    );
    expect(await all[16]).toBeInstanceOf(InvalidStateError);
    expect(sent()).toHaveLength(16);
    links[0]?.disconnect();
    for (const error of await Promise.all(all.slice(0, 16))) expect(error).toBeInstanceOf(DisconnectedError);
  });

  test('out of range is refused before it is sent', async () => {
    const { link, sent } = make('peripheral');
    await expect(link.requestConnectionParameters({ ...parameters, latency: 500 })).rejects.toBeInstanceOf(
      InvalidArgumentError,
    );
    expect(sent()).toEqual([]);
  });

  test('ends with the link', async () => {
    const { link, acl, clock } = make('peripheral');
    const done = link.requestConnectionParameters(parameters).catch((reason: unknown) => reason);
    acl.disconnect();
    expect(await done).toBe(acl.scope.error);
    await expect(link.requestConnectionParameters(parameters)).rejects.toBe(acl.scope.error);
    expect(clock.pending).toBe(0);
  });

  test('of the peer is not understood (L2CAP/LE/CPU/BI-02-C)', () => {
    const { receive, sent } = make('peripheral');
    receive(request);
    expect(sent()).toEqual(['010102000000']);
  });
});

describe('Connection Parameter Update as central', () => {
  test('is accepted, then performed (L2CAP/LE/CPU/BV-02-C)', () => {
    const { link, receive, acl } = make('central');
    const log: unknown[] = [];
    link.parameterPolicy = {
      accepts: (wanted) => {
        log.push(['accepts', wanted]);
        return true;
      },
      update: (wanted) => log.push(['update', wanted, acl.sent.length]),
    };
    receive(request);
    expect(acl.takeSent()).toEqual(['06000500130102000000']);
    expect(log).toEqual([
      ['accepts', parameters],
      ['update', parameters, 1],
    ]);
  });

  test('is rejected where the policy says so, or there is none', () => {
    const { link, receive, sent } = make('central');
    receive(request);
    link.parameterPolicy = { accepts: () => false, update: () => expect.unreachable() };
    receive(request);
    expect(sent()).toEqual(['130102000100', '130102000100']);
  });

  test.each([
    ['latency 512 (L2CAP/LE/CPU/BI-01-C)', '12 01 0800 1800 2800 0002 9001'],
    ['interval 5', '12 01 0800 0500 2800 0000 9001'],
    ['interval 3201', '12 01 0800 1800 810c 0000 800c'],
    ['minimum above maximum', '12 01 0800 2900 2800 0000 9001'],
    ['timeout 9', '12 01 0800 0600 0600 0000 0900'],
    ['timeout 3201', '12 01 0800 1800 2800 0000 810c'],
    ['timeout too short for the latency', '12 01 0800 0600 9001 0300 6400'],
  ])('out of range is rejected and never reaches the policy: %s', (_, hex) => {
    const { link, receive, sent } = make('central');
    link.parameterPolicy = { accepts: () => expect.unreachable(), update: () => expect.unreachable() };
    receive(hex);
    expect(sent()).toEqual(['130102000100']);
  });

  test('a policy that throws rejects nothing by accident', () => {
    const { link, receive, sent } = make('central');
    link.parameterPolicy = {
      accepts: () => {
        throw new Error('mine');
      },
      update: () => expect.unreachable(),
    };
    receive(request);
    expect(sent()).toEqual(['130102000100']);
    link.parameterPolicy = {
      accepts: () => true,
      update: () => {
        throw new Error('mine');
      },
    };
    receive(request);
    expect(sent()).toEqual(['130102000000']);
    expect(link.counters.receiverErrors).toBe(2);
  });

  test('is not for a central to ask', async () => {
    const { link, sent } = make('central');
    await expect(link.requestConnectionParameters(parameters)).rejects.toBeInstanceOf(InvalidStateError);
    expect(sent()).toEqual([]);
  });
});

describe('always answered', () => {
  test('a code that nobody knows gets Command Reject (L2CAP/LE/REJ/BI-02-C)', async () => {
    const { receive, sent, clock, link } = make('central');
    for (const code of [0x00, 0x02, 0x04, 0x08, 0x0a, 0x0c, 0x0e, 0x10, 0x19, 0x1b, 0x1c, 0x1d, 0x80, 0xff]) {
      receive(`${code.toString(16).padStart(2, '0')} 07 0400 00000000`);
      expect(sent()).toEqual(['010702000000']);
      await clock.advance(0);
    }
    expect(link.counters.rejectedCommands).toBe(14);
  });

  test('a response that nobody waits for gets nothing', () => {
    const { receive, sent, link } = make('central');
    for (const code of ['01', '03', '05', '07', '09', '0b', '0d', '0f', '11', '13', '15', '18', '1a']) {
      receive(`${code} 07 0200 0000`);
    }
    expect(sent()).toEqual([]);
    expect(link.counters.unexpectedResponses).toBe(13);
  });

  test('an LE credit based connection gets SPSM not supported (L2CAP/LE/CFC/BV-05-C)', () => {
    const { receive, sent } = make('peripheral');
    receive('14 03 0a00 8000 4000 4000 4000 0100');
    expect(sent()).toEqual(['15030a0000000000000000000200']);
  });

  test('enhanced credit based connections get SPSM not supported, one null channel for each asked for', () => {
    const { receive, sent } = make('peripheral');
    receive('17 03 0c00 8000 4000 4000 0100 4000 4100');
    expect(sent()).toEqual(['18030c00000000000000020000000000']);
    receive('17 04 1200 8000 4000 4000 0100 4000 4100 4200 4300 4400');
    expect(sent()[0]).toHaveLength(2 * (4 + 8 + 10));
  });

  test('more than five channels, none, or half of one are not understood', () => {
    const { receive, sent } = make('peripheral');
    receive('17 03 0800 8000 4000 4000 0100');
    receive('17 03 0b00 8000 4000 4000 0100 4000 41');
    expect(sent()).toEqual(['010302000000', '010302000000']);
  });

  test('a disconnection or a credit of a channel that is not there names an invalid CID, ours first', () => {
    const { receive, sent } = make('peripheral');
    receive('06 03 0400 4000 5000');
    receive('16 04 0400 5000 0100');
    expect(sent()).toEqual(['01030600020040005000', '01040600020000005000']);
  });

  test.each([
    ['data length above the frame (L2CAP/COS/CED/BI-09-C)', '14 03 0b00 8000 4000 4000 4000 0100'],
    ['data length below the frame (L2CAP/COS/CED/BI-13-C)', '14 03 0a00 8000 4000 4000 4000 0100 00'],
    ['data too long for the command (L2CAP/COS/CED/BI-11-C)', '06 03 0500 4000 5000 00'],
    ['data too short for the command', '12 03 0600 1800 2800 0000'],
    ['a frame of three octets', '14 03 00'],
  ])('%s gets Command Reject', (_, hex) => {
    const { receive, sent, link } = make('central');
    receive(hex);
    expect(sent()).toEqual(['010302000000']);
    expect(link.counters.malformedCommands).toBe(1);
  });

  test('two commands in a frame longer than MTUsig get MTU exceeded, with our MTU (L2CAP/COS/CED/BI-16-C)', () => {
    const { receive, sent } = make('peripheral');
    receive('14 03 0a00 8000 4000 4000 4000 0100  14 04 0a00 8000 4100 4000 4000 0100');
    expect(sent()).toEqual(['0103040001001700']);
    receive('14 05 0a00 8000 4000 4000 4000 0100');
    expect(sent()).toEqual(['15050a0000000000000000000200']);
  });

  test('a frame longer than MTUsig that begins with a response gets nothing', () => {
    const { receive, sent } = make('peripheral');
    receive(`13 03 ${'00'.repeat(26)}`);
    receive(`14 00 ${'00'.repeat(26)}`);
    expect(sent()).toEqual([]);
  });

  test('identifier 0 names nothing and gets nothing', () => {
    const { receive, sent, link } = make('central');
    receive('14 00 0a00 8000 4000 4000 4000 0100');
    receive('1b 00 0000');
    receive('14');
    receive('');
    expect(sent()).toEqual([]);
    expect(link.counters.malformedCommands).toBe(4);
  });

  test('a repeated request gets a repeated response', () => {
    const { receive, sent } = make('peripheral');
    receive('14 03 0a00 8000 4000 4000 4000 0100');
    receive('14 03 0a00 8000 4000 4000 4000 0100');
    const [first, second] = sent();
    expect(first).toBe(second);
  });

  test('a malformed Command Reject ends nothing', async () => {
    const { link, receive, sent } = make('peripheral');
    const done = link.requestConnectionParameters(parameters);
    sent();
    receive('01 01 0100 00');
    expect(sent()).toEqual([]);
    receive('13 01 0200 0000');
    await done;
  });
});
