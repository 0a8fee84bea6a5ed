import { describe, expect, it, test } from 'vitest';
import { AttError } from '../../../../src/core/errors.ts';
import type { AccessRule } from '../../../../src/gatt/access.ts';
import { Characteristic, type CharacteristicOptions } from '../../../../src/gatt/server/characteristic.ts';
import type { ConnectionRef } from '../../../../src/gatt/server/connection-ref.ts';
import { Service } from '../../../../src/gatt/server/service.ts';
import type {
  GenericAccessWrites,
  GenericAccessWritten,
} from '../../../../src/gatt/server/standard-services.ts';
import { ManualClock, newServer, RawClient } from '../../../support/gatt-pair.ts';

const hex = (text: string): string => Buffer.from(text).toString('hex');

/** Handles: the device name 0003, the appearance 0005, the security levels 0007. */
const writable = (writes: GenericAccessWrites<ConnectionRef>) => {
  const clock = new ManualClock();
  const server = newServer(clock, { genericAccessWrites: writes });
  return { server, client: new RawClient(clock, server) };
};

describe('what clients may write', () => {
  it('is nothing unless it is given', async () => {
    const { client } = writable({});
    expect(await client.ask('12 0300 61')).toEqual(['0112030003']);
    expect(await client.ask('12 0500 4103')).toEqual(['0112050003']);
  });

  it('is what this side reads from then on', async () => {
    const { client, server } = writable({ name: true, appearance: true });
    expect(await client.ask(`12 0300 ${hex('å')}`)).toEqual(['13']);
    expect(await client.ask('12 0500 4103')).toEqual(['13']);
    expect([server.deviceName, server.appearance]).toEqual(['å', 0x0341]);
  });

  it.each([
    ['a name of 249 octets', `16 0300 0000 ${'61'.repeat(18)}`, 249],
    ['a name that is no UTF-8', '12 0300 ff', 0],
    ['a name that ends within a character', '12 0300 61c3', 0],
    ['an appearance of one octet', '12 0500 01', 0],
    ['an appearance of no octets', '12 0500', 0],
    ['an appearance of three octets', '12 0500 010203', 0],
  ])('is not %s', async (_what, pdu, length) => {
    const { client, server } = writable({ name: true, appearance: true });
    if (length === 0) {
      expect(await client.ask(pdu)).toEqual([pdu.startsWith('12 03') ? '0112030013' : '011205000d']);
    } else {
      for (let at = 0; at < length; at += 18) {
        const part = '61'.repeat(Math.min(18, length - at));
        const offset = Buffer.from([at & 0xff, at >> 8]).toString('hex');
        await client.ask(`16 0300 ${offset} ${part}`);
      }
      expect(await client.ask('18 01')).toEqual(['011803000d']);
    }
    expect([server.deviceName, server.appearance]).toEqual(['test', 0]);
  });

  it('is told before it holds, and may be refused', async () => {
    const told: GenericAccessWritten[] = [];
    const { client, server } = writable({
      name: true,
      appearance: true,
      onWrite: (written) => {
        told.push(written);
        if (written.name === 'no') throw new AttError('not that', 0x80);
      },
    });
    await client.ask(`12 0300 ${hex('lamp')}`);
    expect(await client.ask(`12 0300 ${hex('no')}`)).toEqual(['0112030080']);
    await client.ask('12 0500 4103');
    expect(told).toEqual([{ name: 'lamp' }, { name: 'no' }, { appearance: 0x0341 }]);
    expect(server.deviceName).toBe('lamp');
  });
});

describe('LE GATT Security Levels', () => {
  const levelOf = async (...options: CharacteristicOptions<ConnectionRef, false>[]): Promise<string[]> => {
    const clock = new ManualClock();
    const server = newServer(clock);
    const service = new Service(0x181a);
    for (const each of options) new Characteristic(service, 0x2a6e, each);
    server.register(service);
    return new RawClient(clock, server).ask('0a 0700');
  };
  const sc: AccessRule = { secureConnections: true };

  test.each([
    ['nothing', [{ read: true, write: true }], '01'],
    ['a rule for writing', [{ read: true, write: { encrypted: true } }], '02'],
    ['a rule for notifications', [{ notify: { authenticated: true } }], '03'],
    ['a rule for indications', [{ indicate: { encrypted: true } }], '02'],
    ['signed writes, which an encrypted link stands for', [{ signedWrite: true }], '02'],
    ['a key size', [{ read: { minKeySize: 16 } }], '02'],
    ['Secure Connections alone', [{ read: sc }], '02'],
    ['several rules together', [{ read: sc }, { write: { authenticated: true } }], '04'],
  ])('with %s', async (_what, options, level) => {
    expect(await levelOf(...options)).toEqual([`0b01${level}`]);
  });

  it('are the same for as long as a client is connected', async () => {
    const clock = new ManualClock();
    const server = newServer(clock);
    const early = new RawClient(clock, server);
    expect(await early.ask('0a 0700')).toEqual(['0b0101']);
    const service = new Service(0x181a);
    new Characteristic(service, 0x2a6e, { read: { encrypted: true } });
    server.register(service);
    expect(await early.ask('0a 0700')).toEqual(['0b0101']);
    expect(await new RawClient(clock, server).ask('0a 0700')).toEqual(['0b0102']);
  });
});

test('options add behind what is always there', async () => {
  const preferred = { intervalMin: 6, intervalMax: 3200, latency: 0, timeout: 400 };
  const clock = new ManualClock();
  const server = newServer(clock, { preferredConnectionParameters: preferred });
  const client = new RawClient(clock, server);
  expect(await client.ask('0a 0900')).toEqual(['0b0600800c00009001']);
  expect(await client.ask('0a 0700')).toEqual(['0b0101']);
});
