import { describe, expect, it } from 'vitest';
import {
  DisconnectedError,
  InvalidStateError,
  TimeoutError,
  TransportError,
} from '../../../../src/core/errors.ts';
import { WaitScope } from '../../../../src/core/wait-scope.ts';
import { Characteristic } from '../../../../src/gatt/server/characteristic.ts';
import { Service } from '../../../../src/gatt/server/service.ts';
import { bytes, ManualClock, newServer, RawClient, turn } from '../../../support/gatt-pair.ts';

/** Value handles are 0032 (plain) and 0034 (capturing, three deep). */
const fixture = () => {
  const clock = new ManualClock();
  const scope = new WaitScope();
  const server = newServer(clock, { scope: () => scope });
  const service = new Service(0x1234);
  const plain = new Characteristic(service, 0xaa00, { write: true });
  const capturing = new Characteristic(service, 0xaa01, {
    writeNoResponse: true,
    capture: true,
    captureDepth: 3,
  });
  server.register(service);
  return { clock, scope, server, plain, capturing, client: new RawClient(clock, server) };
};

describe('written()', () => {
  it('gives the client, of a write before the call too', async () => {
    const { plain, client } = fixture();
    const waiting = plain.written();
    await client.ask('12 3200 01');
    expect(await waiting).toBe(client.connection);
    await client.ask('12 3200 02');
    expect(await plain.written()).toBe(client.connection);
    expect(plain.read()).toEqual(bytes(2));
  });

  it('takes several writes for one, and gives the latest writer', async () => {
    const { clock, server, plain, client } = fixture();
    const other = new RawClient(clock, server);
    await client.ask('12 3200 01');
    await other.ask('12 3200 02');
    expect(await plain.written()).toBe(other.connection);
    await expect(clock.run(plain.written({ timeoutMs: 50 }))).rejects.toThrow(TimeoutError);
  });

  it('wakes all that wait', async () => {
    const { plain, client } = fixture();
    const waiting = Promise.all([plain.written(), plain.written({ connection: client.connection })]);
    await client.ask('12 3200 01');
    expect(await waiting).toEqual([client.connection, client.connection]);
  });

  it('can wait for one client, and ends with its link (aioble is deaf to that)', async () => {
    const { clock, server, plain, client } = fixture();
    const other = new RawClient(clock, server);
    await other.ask('12 3200 01');
    const waiting = plain.written({ connection: client.connection });
    await other.ask('12 3200 01');
    await client.ask('12 3200 02');
    expect(await waiting).toBe(client.connection);
    const cut = plain.written({ connection: client.connection });
    client.connection.disconnect();
    await expect(cut).rejects.toThrow(DisconnectedError);
    expect(await plain.written({ connection: other.connection })).toBe(other.connection);
  });

  it('tells what a client wrote before its link ended', async () => {
    const { plain, capturing, client } = fixture();
    await client.ask('12 3200 01');
    await client.ask('52 3400 02');
    client.connection.disconnect();
    expect(await plain.written({ connection: client.connection })).toBe(client.connection);
    expect((await capturing.written({ connection: client.connection })).value).toEqual(bytes(2));
    await expect(plain.written({ connection: client.connection })).rejects.toThrow(DisconnectedError);
  });

  it('without a client ends with the adapter, and with an abort', async () => {
    const { scope, plain } = fixture();
    const abort = new AbortController();
    const aborted = plain.written({ signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(aborted).rejects.toThrow('enough');
    const waiting = plain.written();
    scope.end(new TransportError('unplugged'));
    await expect(waiting).rejects.toThrow('unplugged');
    await expect(plain.written()).rejects.toThrow('unplugged');
  });

  it('is an error where clients cannot write', async () => {
    const clock = new ManualClock();
    const server = newServer(clock);
    const service = new Service(0x1234);
    const readable = new Characteristic(service, 0xaa00, { read: true });
    server.register(service);
    await expect(readable.written()).rejects.toThrow(InvalidStateError);
  });
});

describe('written() with capture', () => {
  it('gives every write with its value, in order', async () => {
    const { clock, server, capturing, client } = fixture();
    const other = new RawClient(clock, server);
    await client.ask('52 3400 01');
    await other.ask('52 3400 02');
    await client.ask('52 3400');
    expect(await capturing.written()).toMatchObject({ connection: client.connection, value: bytes(1) });
    expect(await capturing.written()).toMatchObject({ connection: other.connection, value: bytes(2) });
    expect(await capturing.written()).toMatchObject({ connection: client.connection, value: bytes() });
  });

  it('gives each write to one waiter, the one that came first', async () => {
    const { capturing, client } = fixture();
    const waiting = Promise.all([capturing.written(), capturing.written()]);
    await client.ask('52 3400 01');
    await client.ask('52 3400 02');
    expect((await waiting).map(({ value }) => value)).toEqual([bytes(1), bytes(2)]);
  });

  it('keeps the newest and counts what is lost', async () => {
    const { capturing, client } = fixture();
    for (const value of ['01', '02', '03', '04', '05']) await client.ask(`52 3400 ${value}`);
    expect(capturing.droppedWrites).toBe(2);
    expect((await capturing.written()).value).toEqual(bytes(3));
  });

  it('does not hold up another characteristic that captures (aioble does)', async () => {
    const clock = new ManualClock();
    const server = newServer(clock);
    const service = new Service(0x1234);
    const unread = new Characteristic(service, 0xaa00, { write: true, capture: true });
    const read = new Characteristic(service, 0xaa01, { write: true, capture: true });
    server.register(service);
    const client = new RawClient(clock, server);
    await client.ask('12 3200 01');
    await client.ask('12 3400 02');
    expect((await read.written()).value).toEqual(bytes(2));
    expect((await unread.written()).value).toEqual(bytes(1));
  });

  it('loses nothing to a waiter that gave up or whose link ended', async () => {
    const { clock, server, capturing, client } = fixture();
    const other = new RawClient(clock, server);
    const late = capturing.written({ timeoutMs: 10 });
    const bound = capturing.written({ connection: client.connection });
    await expect(clock.run(late)).rejects.toThrow(TimeoutError);
    const cut = expect(bound).rejects.toThrow(DisconnectedError);
    client.connection.disconnect();
    await other.ask('52 3400 01');
    await cut;
    expect((await capturing.written()).value).toEqual(bytes(1));
  });

  it('gives a value of its own', async () => {
    const { capturing, client } = fixture();
    await client.ask('52 3400 0102');
    (await capturing.written()).value.fill(9);
    expect(capturing.read()).toEqual(bytes(1, 2));
    await turn();
  });
});
