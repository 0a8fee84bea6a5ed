import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { multipleHandleValues, notificationPackets } from '../../../../src/att/codec/value-pdus.ts';
import { toHex } from '../../../../src/core/bytes.ts';
import { DisconnectedError, InvalidArgumentError, InvalidStateError } from '../../../../src/core/errors.ts';
import { PACKET_HEADROOM } from '../../../../src/core/packet.ts';
import { openLink } from '../../../../src/gatt/access.ts';
import { Characteristic } from '../../../../src/gatt/server/characteristic.ts';
import { notifyMultiple } from '../../../../src/gatt/server/notify-multiple.ts';
import { Service } from '../../../../src/gatt/server/service.ts';
import { bytes, ManualClock, newServer, RawClient, turn } from '../../../support/gatt-pair.ts';

/** Values stand at 0032, 0035, 0038, each with its configuration behind it, and the client has subscribed to all. */
const fixture = async (features = '04') => {
  const clock = new ManualClock();
  const server = newServer(clock);
  const service = new Service(0x1234);
  const make = (i: number, encrypted = false) =>
    new Characteristic(service, 0xaa00 + i, { notify: { encrypted }, initial: bytes(i) });
  const characteristics = [make(1), make(2), make(3, true)] as const;
  server.register(service);
  const client = new RawClient(clock, server);
  client.connection.security = { ...openLink, encrypted: true, hasKey: true, keySize: 16 };
  expect(await client.ask(`12 2500 ${features}`)).toEqual(['13']);
  for (const { configurationHandle } of characteristics) {
    await client.ask(`12 ${toHex(Uint8Array.of(configurationHandle, 0))} 0100`);
  }
  return { clock, server, service, characteristics, client };
};

describe('notifyMultiple()', () => {
  it('sends several values in one PDU to a client that understands it', async () => {
    const { client, characteristics } = await fixture();
    const [first, second, third] = characteristics;
    await notifyMultiple(client.connection, [[first], [second, bytes(9, 9)], [third, '']], {});
    expect(client.channel.takeSent()).toEqual([
      '23 3200 0100 01 3500 0200 0909 3800 0000'.replaceAll(' ', ''),
    ]);
    expect(second.read()).toEqual(bytes(2));
  });

  it('sends one PDU for each to any other client', async () => {
    const { client, characteristics } = await fixture('03');
    const [first, second] = characteristics;
    await notifyMultiple(client.connection, [[second], [first]], {});
    expect(client.channel.takeSent()).toEqual(['1b350002', '1b320001']);
  });

  it('sends several PDUs where they do not fit, each value whole and all in their order', async () => {
    const { client, characteristics } = await fixture();
    const [first, second, third] = characteristics;
    const long = (length: number, octet: number): Uint8Array => new Uint8Array(length).fill(octet);
    await notifyMultiple(
      client.connection,
      [
        [first, long(7, 1)],
        [second, long(7, 2)],
        [third, long(20, 3)],
        [first, long(1, 4)],
      ],
      {},
    );
    expect(client.channel.takeSent()).toEqual([
      `23 3200 0700 ${'01'.repeat(7)} 3500 0700 ${'02'.repeat(7)}`.replaceAll(' ', ''),
      `1b3800${'03'.repeat(20)}`,
      '1b320004',
    ]);
  });

  it('sends a single value, and none, as it should', async () => {
    const { client, characteristics } = await fixture();
    await notifyMultiple(client.connection, [], {});
    await notifyMultiple(client.connection, [[characteristics[0]]], {});
    expect(client.channel.takeSent()).toEqual(['1b320001']);
  });

  it('sends nothing where one of them may not be sent', async () => {
    const { clock, server, client, characteristics } = await fixture();
    const [first, second, third] = characteristics;
    const values = [[first], [second], [third]] as const;
    const refused = async (reason: RegExp, force = false): Promise<void> => {
      await expect(notifyMultiple(client.connection, values, { force })).rejects.toThrow(reason);
      expect(client.channel.takeSent()).toEqual([]);
    };
    await client.ask('12 3600 0000');
    await refused(/has not subscribed to notifications of characteristic aa02/);
    client.connection.security = openLink;
    await refused(/does not offer what characteristic aa03/, true);
    client.connection.security = { ...openLink, encrypted: true };
    await notifyMultiple(client.connection, values, { force: true });
    expect(client.channel.takeSent()).toHaveLength(1);
    await expect(
      notifyMultiple(client.connection, [[first], [second, new Uint8Array(21)]], { force: true }),
    ).rejects.toThrow(InvalidArgumentError);
    await expect(
      notifyMultiple(client.connection, [[first], [second, new Uint8Array(513)]], { force: true }),
    ).rejects.toThrow(InvalidArgumentError);
    const silent = new Service(0x4321);
    const unsent = new Characteristic(silent, 0xbb00, { read: true });
    server.register(silent);
    await expect(notifyMultiple(client.connection, [[first], [unsent]], {})).rejects.toThrow(
      InvalidStateError,
    );
    expect(client.channel.takeSent()).toEqual([]);
    const foreign = new RawClient(clock, newServer(clock));
    await expect(notifyMultiple(foreign.connection, [[first]], {})).rejects.toThrow(/another adapter/);
    client.connection.disconnect();
    await expect(notifyMultiple(client.connection, [[first]], {})).rejects.toThrow(DisconnectedError);
  });

  it('waits for room', async () => {
    const { client, characteristics } = await fixture();
    client.channel.stall();
    let sent = false;
    const sending = notifyMultiple(client.connection, [[characteristics[0]], [characteristics[1]]], {}).then(
      () => {
        sent = true;
      },
    );
    await turn();
    expect(sent).toBe(false);
    client.channel.resume();
    await sending;
  });

  it('waits for the end of an MTU exchange of ours, and keeps the values as they were', async () => {
    const { clock, client, characteristics } = await fixture();
    const exchange = client.bearer.exchangeMtu();
    await turn();
    expect(client.channel.takeSent()).toEqual(['020502']);
    const value = bytes(5);
    const sending = notifyMultiple(
      client.connection,
      [[characteristics[0], value], [characteristics[1]]],
      {},
    );
    await turn();
    expect(client.channel.takeSent()).toEqual([]);
    value.fill(0);
    expect(await client.ask('03 4000')).toEqual(['23320001000535000100 02'.replace(' ', '')]);
    await clock.run(Promise.all([exchange, sending]));
  });
});

describe('packets of notifications', () => {
  const value = fc.record({
    attributeHandle: fc.integer({ min: 1, max: 0xffff }),
    attributeValue: fc.uint8Array({ maxLength: 40 }),
  });

  it('hold every value once, whole and in order, in as few PDUs as a first fit makes', () => {
    fc.assert(
      fc.property(fc.array(value), fc.integer({ min: 43, max: 120 }), (values, mtu) => {
        const pdus = notificationPackets(values, mtu).map((packet) => packet.subarray(PACKET_HEADROOM));
        const read = pdus.map((pdu) =>
          pdu[0] === 0x1b
            ? [{ attributeHandle: (pdu[1] ?? 0) | ((pdu[2] ?? 0) << 8), attributeValue: pdu.subarray(3) }]
            : multipleHandleValues(pdu),
        );
        expect(read.flat()).toEqual(values);
        for (const [i, pdu] of pdus.entries()) {
          expect(pdu.length).toBeLessThanOrEqual(mtu);
          const next = read[i + 1]?.[0];
          const own = read[i]?.reduce((sum, { attributeValue }) => sum + 4 + attributeValue.length, 1) ?? 0;
          if (next !== undefined) expect(own + 4 + next.attributeValue.length).toBeGreaterThan(mtu);
        }
      }),
      { seed: 11 },
    );
  });
});
