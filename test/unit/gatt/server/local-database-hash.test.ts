import { describe, expect, it } from 'vitest';
import { toHex } from '../../../../src/core/bytes.ts';
import { AttributeDatabase } from '../../../../src/gatt/server/attribute-database.ts';
import { Characteristic } from '../../../../src/gatt/server/characteristic.ts';
import { Descriptor } from '../../../../src/gatt/server/descriptor.ts';
import { databaseHash, hashedMessage } from '../../../../src/gatt/server/local-database-hash.ts';
import { layOut, place, type ServerBinding } from '../../../../src/gatt/server/server-binding.ts';
import { Service } from '../../../../src/gatt/server/service.ts';
import { ManualClock, newServer, RawClient } from '../../../support/gatt-pair.ts';
import { octetsOf, sampleData } from '../../../vectors/sample-data.ts';

/** The sample database of Vol 3, Part G, Appendix B, made of the classes that users have. Each service stands where it stands there. */
const sampleDatabase = (): AttributeDatabase => {
  const access = new Service(0x1800);
  new Characteristic(access, 0x2a00, { read: true, write: true });
  new Characteristic(access, 0x2a01, { read: true });

  const attribute = new Service(0x1801);
  new Characteristic(attribute, 0x2a05, { indicate: true });
  new Characteristic(attribute, 0x2b29, { read: true, write: true });
  new Characteristic(attribute, 0x2b2a, { read: true });

  const battery = new Service(0x180f, { secondary: true });
  new Characteristic(battery, 0x2a19, { read: true });

  const glucose = new Service(0x1808);
  glucose.include(battery);
  new Characteristic(glucose, 0x2a18, { read: true, indicate: true, reliableWrite: false });

  const database = new AttributeDatabase();
  const binding = {} as ServerBinding;
  const standing: [Service, number][] = [
    [access, 0x0001],
    [attribute, 0x0006],
    [battery, 0x0014],
    [glucose, 0x000e],
  ];
  for (const [service, handle] of standing) {
    service[place](binding, handle);
    database.insert(service[layOut](handle));
  }
  return database;
};

describe('the Database Hash', () => {
  const sample = sampleData('gatt_database_hash');

  it('is made from the attributes that count, in the order of the specification (Vol 3, Part G, Appendix B)', () => {
    expect(toHex(hashedMessage(sampleDatabase()))).toBe(sample['message']);
  });

  it('of the sample database is that of the specification, the least significant octet first', () => {
    const printed = octetsOf(sample, 'hash');
    expect(databaseHash(sampleDatabase())).toEqual(printed.toReversed());
  });

  it('counts values of declarations and extended properties, types of other descriptors, and nothing else', () => {
    const message = (build: (characteristic: Characteristic) => void, write = false): string => {
      const service = new Service(0x1234);
      const characteristic = new Characteristic(service, 0xaa00, { read: true, write, initial: 'a value' });
      build(characteristic);
      const database = new AttributeDatabase();
      database.insert(service[layOut](0x0010));
      return toHex(hashedMessage(database));
    };
    const plain = '10000028341211000328021200 00aa'.replace(' ', '');
    expect(message(() => undefined)).toBe(plain);
    expect(message(() => undefined, true)).not.toBe(plain);
    expect(message((each) => new Descriptor(each, 0x2901, { read: true, initial: 'x' }))).toBe(
      `${plain}13000129`,
    );
    expect(message((each) => new Descriptor(each, 0x2903, { read: true, initial: 'x' }))).toBe(
      `${plain}13000329`,
    );
    expect(message((each) => new Descriptor(each, 0x2904, { read: true, initial: 'x' }))).toBe(
      `${plain}13000429`,
    );
    expect(message((each) => new Descriptor(each, 0x2906, { read: true, initial: 'x' }))).toBe(plain);
    expect(message((each) => new Descriptor(each, '6e400001-b5a3-f393-e0a9-e50e24dcca9e'))).toBe(plain);
  });

  it('is read by its UUID, and another when a service has come or gone', async () => {
    const clock = new ManualClock();
    const server = newServer(clock);
    const client = new RawClient(clock, server);
    const byUuid = '08 0100 ffff 2a2b';
    const [before = ''] = await client.ask(byUuid);
    expect(before.slice(0, 8)).toBe('09122700');
    const service = new Service(0x1234);
    server.register(service);
    const [changed = ''] = await client.ask(byUuid);
    expect(changed.slice(0, 8)).toBe('09122700');
    expect(changed).not.toBe(before);
    expect(await client.ask('0a 2700')).toEqual([`0b${changed.slice(8)}`]);
    server.unregister(service);
    expect(await client.ask(byUuid)).toEqual([before]);
    const other = new RawClient(clock, newServer(clock));
    expect(await other.ask(byUuid)).toEqual([before]);
    expect(await client.ask('12 2700 00')).toEqual(['0112270003']);
  });
});
