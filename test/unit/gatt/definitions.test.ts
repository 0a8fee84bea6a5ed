import { describe, expect, expectTypeOf, it } from 'vitest';
import { InvalidArgumentError, InvalidStateError } from '../../../src/core/errors.ts';
import { Characteristic } from '../../../src/gatt/server/characteristic.ts';
import type { ConnectionRef } from '../../../src/gatt/server/connection-ref.ts';
import { Descriptor } from '../../../src/gatt/server/descriptor.ts';
import { Service } from '../../../src/gatt/server/service.ts';
import type { Written } from '../../../src/gatt/server/write-queue.ts';
import { bytes, ManualClock, newServer } from '../../support/gatt-pair.ts';

const clock = new ManualClock();

describe('a characteristic of a server', () => {
  it('holds a value of its own: what goes in and out is copied', () => {
    const given = bytes(1, 2, 3);
    const characteristic = new Characteristic(new Service(0x1234), 0x2a6e, { read: true, initial: given });
    given[0] = 9;
    expect(characteristic.read()).toEqual(bytes(1, 2, 3));
    characteristic.read()[0] = 9;
    expect(characteristic.read()).toEqual(bytes(1, 2, 3));
    characteristic.write('gr\u00fc\u00df');
    expect(characteristic.read()).toEqual(bytes(0x67, 0x72, 0xc3, 0xbc, 0xc3, 0x9f));
  });

  it('begins empty', () => {
    expect(new Characteristic(new Service(0x1234), 0x2a6e).read()).toEqual(bytes());
  });

  it('takes 512 octets unless said otherwise, and never cuts what is longer', () => {
    const service = new Service(0x1234);
    const characteristic = new Characteristic(service, 0x2a6e, { read: true });
    characteristic.write(new Uint8Array(512));
    expect(() => characteristic.write(new Uint8Array(513))).toThrow(InvalidArgumentError);
    expect(characteristic.read().length).toBe(512);
    const short = new Characteristic(service, 0x2a6e, { maxLength: 2 });
    expect(() => short.write('abc')).toThrow(
      /3 octets is too long for characteristic 2a6e of service 1234: it takes 2/,
    );
    expect(() => new Characteristic(service, 0x2a6e, { maxLength: 1, initial: 'ab' })).toThrow(
      InvalidArgumentError,
    );
    for (const maxLength of [-1, 513, 1.5, Number.NaN]) {
      expect(() => new Characteristic(service, 0x2a6e, { maxLength })).toThrow(InvalidArgumentError);
    }
  });

  it('cannot capture what cannot be written', () => {
    const service = new Service(0x1234);
    expect(() => new Characteristic(service, 0x2a6e, { read: true, capture: true })).toThrow(
      InvalidArgumentError,
    );
    for (const captureDepth of [0, -1, 1.5]) {
      expect(() => new Characteristic(service, 0x2a6e, { write: true, capture: true, captureDepth })).toThrow(
        InvalidArgumentError,
      );
    }
  });

  it('says by its type what written() gives', () => {
    const service = new Service(0x1234);
    const plain = new Characteristic(service, 0x2a6e, { write: true });
    const capturing = new Characteristic(service, 0x2a6e, { write: true, capture: true });
    expectTypeOf<Awaited<ReturnType<typeof plain.written>>>().toEqualTypeOf<ConnectionRef>();
    expectTypeOf<Awaited<ReturnType<typeof capturing.written>>>().toEqualTypeOf<Written<ConnectionRef>>();
  });

  it('waits for nothing while it is not registered', async () => {
    const characteristic = new Characteristic(new Service(0x1234), 0x2a6e, { write: true, notify: true });
    await expect(characteristic.written()).rejects.toThrow(InvalidStateError);
    await expect(characteristic.notify()).rejects.toThrow(/register its service/);
    expect(() => characteristic.write('x', { sendUpdate: true })).not.toThrow();
    expect(characteristic.handle).toBe(0);
  });

  it('gives its own descriptors but not the one that is made by itself', () => {
    const characteristic = new Characteristic(new Service(0x1234), 0x2a6e, { notify: true });
    expect(() => new Descriptor(characteristic, 0x2902)).toThrow(InvalidArgumentError);
    const description = new Descriptor(characteristic, 0x2901, { read: true, initial: 'warm' });
    expect(new TextDecoder().decode(description.read())).toBe('warm');
  });
});

describe('the handles of a service', () => {
  it('are given in the order of its parts: declaration, value, configuration, descriptors', () => {
    const server = newServer(clock);
    const service = new Service(0x181a);
    const first = new Characteristic(service, 0x2a6e, { read: true, notify: true });
    const description = new Descriptor(first, 0x2901, { read: true });
    const second = new Characteristic(service, 0x2a6e, { read: true });
    server.register(service);
    const start = service.handle;
    expect([
      first.handle,
      first.configurationHandle,
      description.handle,
      second.handle,
      service.endHandle,
    ]).toEqual([start + 2, start + 3, start + 4, start + 6, start + 6]);
    expect(second.configurationHandle).toBe(0);
  });

  it('cannot change while it is registered', () => {
    const server = newServer(clock);
    const service = new Service(0x181a);
    const characteristic = new Characteristic(service, 0x2a6e);
    server.register(service);
    expect(() => new Characteristic(service, 0x2a6e)).toThrow(InvalidStateError);
    expect(() => new Descriptor(characteristic, 0x2901)).toThrow(InvalidStateError);
    expect(() => service.include(new Service(0x1234))).toThrow(InvalidStateError);
    server.unregister(service);
    expect([service.handle, service.endHandle, characteristic.handle]).toEqual([0, 0, 0]);
    expect(() => new Characteristic(service, 0x2a6e)).not.toThrow();
  });
});

describe('the services of an adapter', () => {
  it('belong to one adapter, and a call that fails registers nothing', () => {
    const server = newServer(clock);
    const taken = new Service(0x181a);
    server.register(taken);
    const free = new Service(0x1234);
    const other = newServer(clock);
    expect(() => other.register(free, taken)).toThrow(/belongs to one adapter/);
    expect(free.registered).toBe(false);
    expect(() => server.register(taken)).toThrow(InvalidStateError);
    expect(() => other.unregister(taken)).toThrow(InvalidStateError);
  });

  it('stand behind those that they include, which need not be named', () => {
    const server = newServer(clock);
    const inner = new Service(0x180f, { secondary: true });
    const outer = new Service(0x181a);
    outer.include(inner);
    server.register(outer);
    expect(inner.endHandle).toBeLessThan(outer.handle);
    expect(() => server.unregister(inner)).toThrow(/included by service 181a/);
    server.unregister(inner, outer);
    expect(inner.registered).toBe(false);
    inner.include(outer);
    expect(() => server.register(outer)).toThrow(InvalidArgumentError);
    expect([inner.registered, outer.registered]).toEqual([false, false]);
  });

  it('begin with the name and the appearance of the device', () => {
    const server = newServer(clock, { deviceName: 'Søren', appearance: 768 });
    expect([server.deviceName, server.appearance]).toEqual(['Søren', 768]);
    server.deviceName = 'x'.repeat(248);
    expect(() => {
      server.deviceName = 'x'.repeat(249);
    }).toThrow(InvalidArgumentError);
    expect(server.deviceName.length).toBe(248);
    for (const appearance of [-1, 0x1_0000, 1.5, Number.NaN]) {
      expect(() => newServer(clock, { appearance })).toThrow(InvalidArgumentError);
    }
  });

  it.each([0, -1, 15_001, Number.NaN])('have no handlers of %d ms', (handlerTimeoutMs) => {
    expect(() => newServer(clock, { handlerTimeoutMs })).toThrow(InvalidArgumentError);
  });
});
