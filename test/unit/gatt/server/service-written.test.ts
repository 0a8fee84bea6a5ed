import { describe, expect, expectTypeOf, it } from 'vitest';
import { DisconnectedError, InvalidStateError, TimeoutError } from '../../../../src/core/errors.ts';
import { Characteristic } from '../../../../src/gatt/server/characteristic.ts';
import { Service, type ServiceWritten } from '../../../../src/gatt/server/service.ts';
import {
  bytes,
  ManualClock,
  newServer,
  RawClient,
  type TestConnection,
  turn,
} from '../../../support/gatt-pair.ts';

const fixture = () => {
  const clock = new ManualClock();
  const server = newServer(clock);
  const service = new Service<TestConnection>(0x1234);
  const make = (uuid: number, captureDepth?: number) =>
    new Characteristic<TestConnection, true>(service, uuid, {
      write: true,
      writeNoResponse: true,
      capture: true,
      captureDepth,
    });
  const [first, second, third] = [make(0xaa00), make(0xaa01, 2), make(0xaa02)];
  const plain = new Characteristic<TestConnection>(service, 0xaa03, { write: true });
  server.register(service);
  const client = new RawClient(clock, server);
  const write = async (to: { readonly handle: number }, value: string, by = client): Promise<void> => {
    await by.ask(`52 ${Buffer.from([to.handle, 0]).toString('hex')} ${value}`);
  };
  return { clock, server, service, first, second, third, plain, client, write };
};

describe('written() of a service', () => {
  it('gives captured writes of all its characteristics in the order of arrival', async () => {
    const { clock, server, service, first, second, third, client, write } = fixture();
    const other = new RawClient(clock, server);
    await write(third, '01');
    await write(first, '02', other);
    await write(second, '03');
    await write(first, '04');
    const writes: ServiceWritten<TestConnection>[] = [];
    for (let i = 0; i < 4; i++) writes.push(await service.written());
    expect(writes.map((each) => [each.characteristic, each.connection, each.value])).toEqual([
      [third, client.connection, bytes(1)],
      [first, other.connection, bytes(2)],
      [second, client.connection, bytes(3)],
      [first, client.connection, bytes(4)],
    ]);
    const sequences = writes.map(({ sequence }) => sequence);
    expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
    expect(new Set(sequences).size).toBe(4);
    expectTypeOf(writes[0]?.connection).toEqualTypeOf<TestConnection | undefined>();
  });

  it('waits for the next, whichever it is, and takes no more than one', async () => {
    const { service, first, third, write } = fixture();
    const waiting = service.written();
    await write(third, '01');
    expect((await waiting).value).toEqual(bytes(1));
    await write(first, '02');
    await write(third, '03');
    expect((await first.written()).value).toEqual(bytes(2));
    expect((await third.written()).value).toEqual(bytes(3));
  });

  it('is not held up by a characteristic that nobody reads (aioble is)', async () => {
    const { service, first, second, write } = fixture();
    await write(second, '01');
    await write(first, '02');
    await write(second, '03');
    await write(second, '04');
    expect(second.droppedWrites).toBe(1);
    expect((await first.written()).value).toEqual(bytes(2));
    expect((await service.written()).value).toEqual(bytes(3));
    expect((await service.written()).value).toEqual(bytes(4));
  });

  it('shares with written() of the characteristics: each write goes to one, who waited longest', async () => {
    const { service, first, write } = fixture();
    const own = first.written();
    const common = service.written();
    await write(first, '01');
    await write(first, '02');
    expect((await own).value).toEqual(bytes(1));
    expect((await common).value).toEqual(bytes(2));
  });

  it('orders over the services of a server by the sequence', async () => {
    const { server, first, client } = fixture();
    const service = new Service<TestConnection>(0x4321);
    const elsewhere = new Characteristic<TestConnection, true>(service, 0xbb00, {
      write: true,
      capture: true,
    });
    server.register(service);
    const handle = ({ handle: at }: { readonly handle: number }): string =>
      Buffer.from([at, 0]).toString('hex');
    await client.ask(`12 ${handle(elsewhere)} 01`);
    await client.ask(`12 ${handle(first)} 02`);
    await client.ask(`12 ${handle(elsewhere)} 03`);
    const sequences = [
      (await elsewhere.written()).sequence,
      (await first.written()).sequence,
      (await elsewhere.written()).sequence,
    ];
    expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
  });

  it('of one client gives that client, and ends with its link', async () => {
    const { clock, server, service, first, second, client, write } = fixture();
    const other = new RawClient(clock, server);
    await write(first, '01', other);
    await write(second, '02');
    expect((await service.written({ connection: client.connection })).value).toEqual(bytes(2));
    const waiting = service.written({ connection: client.connection });
    const ended = expect(waiting).rejects.toThrow(DisconnectedError);
    client.connection.disconnect();
    await ended;
    await turn();
    await write(second, '03', other);
    expect((await service.written()).value).toEqual(bytes(1));
    expect((await service.written()).value).toEqual(bytes(3));
  });

  it('gives up at its deadline and at an abort, and loses nothing to the one who gave up', async () => {
    const { clock, service, first, second, write } = fixture();
    await expect(clock.run(service.written({ timeoutMs: 10 }))).rejects.toThrow(TimeoutError);
    const abort = new AbortController();
    const waiting = service.written({ signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await write(first, '01');
    await write(second, '02');
    expect((await service.written()).value).toEqual(bytes(1));
    expect((await second.written()).value).toEqual(bytes(2));
  });

  it('is an error where nothing is captured, and before the service is registered', async () => {
    const service = new Service(0x1234);
    await expect(service.written()).rejects.toThrow(/captures no writes/);
    new Characteristic(service, 0xaa00, { write: true, capture: true });
    await expect(service.written()).rejects.toThrow(InvalidStateError);
  });
});
