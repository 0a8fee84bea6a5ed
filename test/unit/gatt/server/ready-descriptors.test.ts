import { describe, expect, it } from 'vitest';
import { AttError, InvalidArgumentError } from '../../../../src/core/errors.ts';
import { Characteristic, type CharacteristicOptions } from '../../../../src/gatt/server/characteristic.ts';
import { Descriptor } from '../../../../src/gatt/server/descriptor.ts';
import { Service } from '../../../../src/gatt/server/service.ts';
import {
  bytes,
  connectPair,
  ManualClock,
  newServer,
  RawClient,
  type TestConnection,
} from '../../../support/gatt-pair.ts';

type Options = CharacteristicOptions<TestConnection, false>;

const fixture = (options: Options, ...more: number[]) => {
  const clock = new ManualClock();
  const server = newServer(clock);
  const service = new Service(0x1234);
  const characteristic = new Characteristic<TestConnection>(service, 0xaa00, options);
  for (const uuid of more) new Descriptor(characteristic, uuid, { read: true });
  server.register(service);
  return { clock, server, characteristic, at: characteristic.handle, client: new RawClient(clock, server) };
};
const u16 = (value: number): string => Buffer.from([value & 0xff, value >> 8]).toString('hex');

/** Descriptors as a client finds them: `2901: 68656c6c6f`. */
const found = async (options: Options, ...more: number[]): Promise<string[]> => {
  const { clock, server } = fixture(options, ...more);
  const { client } = connectPair(clock, server);
  const service = await clock.run(client.service(0x1234));
  const characteristic = await clock.run(service.characteristic(0xaa00));
  const told: string[] = [];
  for (const descriptor of await clock.run(characteristic.descriptors())) {
    const value = await clock.run(descriptor.read());
    told.push(`${descriptor.uuid}: ${Buffer.from(value).toString('hex')}`);
  }
  if (characteristic.properties.extended) told.push('extended');
  return told;
};

describe('options of a characteristic make its descriptors', () => {
  it('none where none is asked for', async () => {
    expect(await found({ read: true })).toEqual([]);
  });

  it('a description', async () => {
    expect(await found({ read: true, description: 'Tür' })).toEqual(['2901: 54c3bc72']);
  });

  it('one that clients can write, which the extended properties tell', async () => {
    const told: string[] = [];
    const { characteristic, client, at } = fixture({
      read: true,
      description: {
        initial: 'door',
        write: true,
        maxLength: 8,
        onWrite: (value) => {
          const text = new TextDecoder().decode(value);
          if (text === 'no') throw new AttError('not that', 0x80);
          told.push(text);
        },
      },
    });
    expect(characteristic.properties.extended).toBe(true);
    expect(await client.ask(`0a ${u16(at + 1)}`)).toEqual(['0b0200']);
    expect(await client.ask(`12 ${u16(at + 2)} 6e6f`)).toEqual([`0112${u16(at + 2)}80`]);
    expect(await client.ask(`12 ${u16(at + 2)} 676174`)).toEqual(['13']);
    expect(await client.ask(`12 ${u16(at + 2)} ${'61'.repeat(9)}`)).toEqual([`0112${u16(at + 2)}0d`]);
    expect(told).toEqual(['gat']);
    const description = characteristic.description;
    expect(description?.read()).toEqual(bytes(0x67, 0x61, 0x74));
    expect(await description?.written()).toBe(client.connection);
    description?.write('gate');
    expect(await client.ask(`0a ${u16(at + 2)}`)).toEqual(['0b67617465']);
  });

  it('one that has rules and is not for everybody', async () => {
    const { client, at } = fixture({ description: { read: { encrypted: true }, initial: 'x' } });
    expect(await client.ask(`0a ${u16(at + 1)}`)).toEqual([`010a${u16(at + 1)}05`]);
    expect(await client.ask(`12 ${u16(at + 1)} 00`)).toEqual([`0112${u16(at + 1)}03`]);
  });

  it('the extended properties, where a reliable write is spoken of', async () => {
    expect(await found({ read: true, reliableWrite: true })).toEqual(['2900: 0100', 'extended']);
    expect(await found({ read: true, reliableWrite: false })).toEqual(['2900: 0000', 'extended']);
    expect(
      await found({ read: true, reliableWrite: true, description: { write: { encrypted: true } } }),
    ).toEqual(['2900: 0300', '2901: ', 'extended']);
  });

  it('a presentation format', async () => {
    expect(await found({ read: true, format: { format: 'sint16', exponent: -2, unit: '272f' } })).toEqual([
      '2904: 0efe2f27010000',
    ]);
    expect(await found({ read: true, format: [{ format: 'boolean' }] })).toEqual(['2904: 01000027010000']);
    expect(await found({ read: true, format: [] })).toEqual([]);
  });

  it('several, and an aggregate format that lists them in the order of the parts', async () => {
    const { client, at } = fixture({ notify: true, format: [{ format: 'uint8' }, { format: 'utf8s' }] });
    expect(await client.ask(`04 ${u16(at + 1)} ffff`)).toEqual([
      `0501${u16(at + 1)}0229${u16(at + 2)}0429${u16(at + 3)}0429${u16(at + 4)}0529`,
    ]);
    expect(await client.ask(`0a ${u16(at + 2)}`)).toEqual(['0b04000027010000']);
    expect(await client.ask(`0a ${u16(at + 3)}`)).toEqual(['0b19000027010000']);
    expect(await client.ask(`0a ${u16(at + 4)}`)).toEqual([`0b${u16(at + 2)}${u16(at + 3)}`]);
    expect(await client.ask(`12 ${u16(at + 4)} 00`)).toEqual([`0112${u16(at + 4)}03`]);
  });

  it('in one order: configuration, properties, description, formats, and those of the user behind them', async () => {
    const told = await found(
      {
        indicate: true,
        reliableWrite: true,
        description: 'x',
        format: [{ format: 'uint8' }, { format: 'uint16' }],
      },
      0xbb00,
      0x2904,
    );
    expect(told.map((each) => each.slice(0, 4))).toEqual([
      '2902',
      '2900',
      '2901',
      '2904',
      '2904',
      '2905',
      'bb00',
      '2904',
      'exte',
    ]);
  });

  it('where those can be made otherwise, that is an error', () => {
    const characteristic = new Characteristic(new Service(0x1234), 0xaa00);
    for (const uuid of [0x2900, 0x2902, 0x2905]) {
      expect(() => new Descriptor(characteristic, uuid)).toThrow(InvalidArgumentError);
    }
    expect(
      () => new Characteristic(new Service(0x1234), 0xaa00, { format: { format: 'uint8', exponent: 1_000 } }),
    ).toThrow(InvalidArgumentError);
  });
});
