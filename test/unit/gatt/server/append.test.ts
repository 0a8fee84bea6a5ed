import { describe, expect, it } from 'vitest';
import { InvalidArgumentError } from '../../../../src/core/errors.ts';
import { Characteristic, type CharacteristicOptions } from '../../../../src/gatt/server/characteristic.ts';
import { Service } from '../../../../src/gatt/server/service.ts';
import {
  bytes,
  ManualClock,
  newServer,
  RawClient,
  type TestConnection,
  turn,
} from '../../../support/gatt-pair.ts';

const fixture = (options: CharacteristicOptions<TestConnection, true> = {}) => {
  const clock = new ManualClock();
  const server = newServer(clock);
  const service = new Service(0x1234);
  const characteristic = new Characteristic<TestConnection, true>(service, 0xaa00, {
    read: true,
    write: true,
    writeNoResponse: true,
    maxLength: 6,
    append: true,
    ...options,
  });
  server.register(service);
  const handle = Buffer.from([characteristic.handle, 0]).toString('hex');
  return { clock, server, characteristic, handle, client: new RawClient(clock, server) };
};

describe('a characteristic that appends (the BufferedCharacteristic of aioble)', () => {
  it('gathers what clients write until it is taken', async () => {
    const { clock, server, characteristic, client, handle } = fixture();
    const other = new RawClient(clock, server);
    expect(await client.ask(`12 ${handle} 0102`)).toEqual(['13']);
    await other.ask(`52 ${handle} 03`);
    expect(await client.ask(`0a ${handle}`)).toEqual(['0b010203']);
    expect(characteristic.read()).toEqual(bytes(1, 2, 3));
    expect(characteristic.take()).toEqual(bytes(1, 2, 3));
    expect(characteristic.take()).toEqual(bytes());
    expect(await client.ask(`12 ${handle} 04`)).toEqual(['13']);
    expect(characteristic.read()).toEqual(bytes(4));
  });

  it('refuses what does not fit, and cuts nothing', async () => {
    const { characteristic, client, handle, server } = fixture({ initial: bytes(1, 2, 3, 4) });
    expect(await client.ask(`12 ${handle} 050607`)).toEqual([`0112${handle}0d`]);
    await client.ask(`52 ${handle} 050607`);
    expect(server.counters.commandsDropped).toBe(1);
    expect(await client.ask(`12 ${handle} 0506`)).toEqual(['13']);
    expect(await client.ask(`12 ${handle} 07`)).toEqual([`0112${handle}0d`]);
    expect(await client.ask(`12 ${handle}`)).toEqual(['13']);
    expect(characteristic.take()).toEqual(bytes(1, 2, 3, 4, 5, 6));
    expect(await client.ask(`12 ${handle} 070707070707`)).toEqual(['13']);
  });

  it('takes a value that was prepared in parts as one', async () => {
    const { characteristic, client, handle } = fixture({ initial: bytes(1, 2) });
    await client.ask(`16 ${handle} 0000 0304`);
    await client.ask(`16 ${handle} 0200 05`);
    expect(await client.ask('18 01')).toEqual(['19']);
    expect(characteristic.read()).toEqual(bytes(1, 2, 3, 4, 5));
    await client.ask(`16 ${handle} 0000 0607`);
    expect(await client.ask('18 01')).toEqual([`0118${handle}0d`]);
    await client.ask(`16 ${handle} 0200 06`);
    expect(await client.ask('18 01')).toEqual([`0118${handle}07`]);
    expect(characteristic.read()).toEqual(bytes(1, 2, 3, 4, 5));
  });

  it('lets no two clients overfill it while a handler thinks', async () => {
    const { clock, server, characteristic, client, handle } = fixture({ onWrite: () => turn() });
    const other = new RawClient(clock, server);
    await client.ask(`12 ${handle} 01020304`);
    await other.ask(`12 ${handle} 05060708`);
    for (let i = 0; i < 3; i++) await turn();
    expect(client.channel.takeSent()).toEqual(['13']);
    expect(other.channel.takeSent()).toEqual([`0112${handle}0d`]);
    expect(characteristic.read()).toEqual(bytes(1, 2, 3, 4));
  });

  it('captures what each client wrote, not what has gathered', async () => {
    const { characteristic, client, handle } = fixture({ capture: true });
    await client.ask(`12 ${handle} 01`);
    await client.ask(`12 ${handle} 02`);
    expect((await characteristic.written()).value).toEqual(bytes(1));
    expect((await characteristic.written()).value).toEqual(bytes(2));
    expect(characteristic.take()).toEqual(bytes(1, 2));
  });

  it('leaves a long read what it was when it began', async () => {
    const value = new Uint8Array(30).map((_, i) => i);
    const { characteristic, client, handle } = fixture({ maxLength: 40, initial: value });
    await client.ask(`0a ${handle}`);
    characteristic.take().fill(0xff);
    expect(await client.ask(`0c ${handle} 1600`)).toEqual(['0d161718191a1b1c1d']);
    expect(await client.ask(`0a ${handle}`)).toEqual(['0b']);
  });

  it('has to be writable', () => {
    const make = () => new Characteristic(new Service(0x1234), 0xaa00, { read: true, append: true });
    expect(make).toThrow(InvalidArgumentError);
  });
});
