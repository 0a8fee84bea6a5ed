import { describe, expect, it } from 'vitest';
import { InvalidArgumentError } from '../../../../src/core/errors.ts';
import { parseUuid } from '../../../../src/core/uuid.ts';
import type { ServiceRecord } from '../../../../src/gatt/client/attribute-records.ts';
import {
  type CachedAttributes,
  checkedAttributes,
  MemoryGattCache,
} from '../../../../src/gatt/client/gatt-cache.ts';

const service: ServiceRecord = {
  handle: 0x0a,
  endHandle: 0x14,
  uuid: parseUuid(0x181a),
  primary: true,
  includes: [0x20],
  characteristics: [
    {
      handle: 0x0b,
      valueHandle: 0x0c,
      endHandle: 0x0e,
      properties: 0x12,
      uuid: parseUuid(0x2a6e),
      descriptors: [{ handle: 0x0d, uuid: parseUuid(0x2902) }],
    },
    { handle: 0x0f, valueHandle: 0x10, endHandle: 0x14, properties: 0x02, uuid: parseUuid(0x2a6f) },
  ],
};

const attributes: CachedAttributes = {
  databaseHash: '000102030405060708090a0b0c0d0e0f',
  complete: true,
  services: [service, { handle: 0x20, endHandle: 0xffff, uuid: parseUuid(0x180f), primary: false }],
  indicatesChanges: false,
  clientFeatures: 0,
};

describe('what a cache gives', () => {
  it('is believed when it is as it was saved, by way of JSON too', () => {
    expect(checkedAttributes(attributes)).toEqual(attributes);
    expect(checkedAttributes(JSON.parse(JSON.stringify(attributes)))).toEqual(attributes);
    const hashless = { ...attributes, databaseHash: null };
    expect(checkedAttributes(hashless)).toEqual(hashless);
  });

  const withService = (change: object): unknown => ({ ...attributes, services: [{ ...service, ...change }] });
  const withCharacteristic = (change: object): unknown =>
    withService({ characteristics: [{ ...service.characteristics?.[0], ...change }] });

  it.each<[string, unknown]>([
    ['nothing', null],
    ['a list', []],
    ['a text', 'attributes'],
    ['no hash', { ...attributes, databaseHash: undefined }],
    ['a hash of another length', { ...attributes, databaseHash: '0001' }],
    ['a hash in other letters', { ...attributes, databaseHash: 'G'.repeat(32) }],
    ['no services', { ...attributes, services: undefined }],
    ['services that are none', { ...attributes, services: [null] }],
    ['more than anybody has', { ...attributes, services: Array(3_000).fill(service) }],
    ['the same service twice', { ...attributes, services: [service, service] }],
    ['services out of order', { ...attributes, services: [...attributes.services].reverse() }],
    ['features of more than an octet', { ...attributes, clientFeatures: 256 }],
    ['a handle of 0', withService({ handle: 0 })],
    ['a handle that is no number', withService({ handle: '10' })],
    ['an end before the start', withService({ endHandle: 0x09 })],
    ['a UUID that is none', withService({ uuid: 'temperature' })],
    ['an include that is no handle', withService({ includes: [0x1_0000] })],
    ['a characteristic in front of its service', withCharacteristic({ handle: 0x0a })],
    ['a characteristic that ends behind its service', withCharacteristic({ endHandle: 0x15 })],
    ['a value at its declaration', withCharacteristic({ valueHandle: 0x0b })],
    ['properties of more than an octet', withCharacteristic({ properties: 0x100 })],
    [
      'a descriptor behind its characteristic',
      withCharacteristic({ descriptors: [{ handle: 0x0f, uuid: '2902' }] }),
    ],
    ['a descriptor at the value', withCharacteristic({ descriptors: [{ handle: 0x0c, uuid: '2902' }] })],
  ])('is not believed: %s', (_name, given) => {
    expect(() => checkedAttributes(given)).toThrow(InvalidArgumentError);
  });

  it('names the place that is wrong', () => {
    expect(() => checkedAttributes(withCharacteristic({ uuid: 'x' }))).toThrow(
      /^attributes\.services\[0\]\.characteristics\[0\]\.uuid: 'x' is not a UUID/,
    );
  });
});

describe('a cache in memory', () => {
  it('remembers so many peers, and forgets the one that was met longest ago', async () => {
    const cache = new MemoryGattCache({ maxPeers: 2 });
    await cache.save('a', attributes);
    await cache.save('b', attributes);
    expect(await cache.load('a')).toBe(attributes);
    await cache.save('c', attributes);
    expect(await cache.load('b')).toBeUndefined();
    expect(await cache.load('a')).toBe(attributes);
    expect(cache.size).toBe(2);
    await cache.remove('a');
    expect(await cache.load('a')).toBeUndefined();
    expect(cache.size).toBe(1);
  });
});
