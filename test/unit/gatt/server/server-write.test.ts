import { describe, expect, it } from 'vitest';
import { AttError } from '../../../../src/core/errors.ts';
import { Characteristic, type CharacteristicOptions } from '../../../../src/gatt/server/characteristic.ts';
import type { ConnectionRef } from '../../../../src/gatt/server/connection-ref.ts';
import { Descriptor } from '../../../../src/gatt/server/descriptor.ts';
import { PREPARED_LIMIT, PREPARED_TOTAL_OCTETS } from '../../../../src/gatt/server/prepared-writes.ts';
import { Service } from '../../../../src/gatt/server/service.ts';
import { MAX_WAITING_COMMANDS } from '../../../../src/gatt/server/write-commands.ts';
import { bytes, ManualClock, newServer, RawClient, turn } from '../../../support/gatt-pair.ts';

type Options = CharacteristicOptions<ConnectionRef, false>;

/** Value handles are 0032, 0034, ... */
const fixture = (...options: Options[]) => {
  const clock = new ManualClock();
  const server = newServer(clock, { handlerTimeoutMs: 5_000 });
  const service = new Service(0x1234);
  const characteristics = options.map((each, i) => new Characteristic(service, 0xaa00 + i, each));
  server.register(service);
  const [first] = characteristics;
  if (first === undefined) throw new Error('one at least');
  return { clock, server, first, characteristics, client: new RawClient(clock, server) };
};

describe('Write', () => {
  it('replaces the value, whatever its length was (GATT/SR/GAW/BV-03-C)', async () => {
    const { client, first } = fixture({ write: true, initial: 'something longer' });
    expect(await client.ask('12 3200 0102')).toEqual(['13']);
    expect(first.read()).toEqual(bytes(1, 2));
    expect(await client.ask('12 3200')).toEqual(['13']);
    expect(first.read()).toEqual(bytes());
  });

  it('is refused by handle, permission and length (GATT/SR/GAW/BI-02-C, BI-03-C, BI-32-C)', async () => {
    const { client, first } = fixture(
      { write: true, maxLength: 2, initial: 'ab' },
      { read: true },
      { writeNoResponse: true },
    );
    expect(await client.ask('12 5500 01')).toEqual(['0112550001']);
    expect(await client.ask('12 0000 01')).toEqual(['0112000001']);
    expect(await client.ask('12 3400 01')).toEqual(['0112340003']);
    expect(await client.ask('12 3600 01')).toEqual(['0112360003']);
    expect(await client.ask('12 3200 010203')).toEqual(['011232000d']);
    expect(await client.ask('12 3100 01')).toEqual(['0112310003']);
    expect(first.read()).toEqual(bytes(0x61, 0x62));
  });

  it('reaches descriptors (GATT/SR/GAW/BV-08-C)', async () => {
    const clock = new ManualClock();
    const server = newServer(clock);
    const service = new Service(0x1234);
    const characteristic = new Characteristic(service, 0xaa00, { read: true });
    const descriptor = new Descriptor(characteristic, 0xbb00, { read: true, write: true, maxLength: 3 });
    server.register(service);
    const client = new RawClient(clock, server);
    expect(await client.ask('12 3300 010203')).toEqual(['13']);
    expect(await client.ask('12 3300 01020304')).toEqual(['011233000d']);
    expect(descriptor.read()).toEqual(bytes(1, 2, 3));
    expect(await descriptor.written()).toBe(client.connection);
    expect(await client.ask('0a 3300')).toEqual(['0b010203']);
  });
});

describe('Write Command', () => {
  it('replaces the value and says nothing (GATT/SR/GAW/BV-01-C)', async () => {
    const { client, first } = fixture({ writeNoResponse: true });
    expect(await client.ask('52 3200 0102')).toEqual([]);
    expect(first.read()).toEqual(bytes(1, 2));
  });

  it('that cannot be done is ignored and counted (GATT/SR/GAW/BI-39-C)', async () => {
    const { client, server, first } = fixture({ writeNoResponse: true, maxLength: 2 }, { write: true });
    for (const command of ['52 3200 010203', '52 3400 01', '52 5500 01', '52 0000']) {
      expect(await client.ask(command)).toEqual([]);
    }
    expect(first.read()).toEqual(bytes());
    expect(server.counters.commandsDropped).toBe(4);
  });

  it('that is signed is ignored and counted: there is nothing to check it by', async () => {
    const { client, server, first } = fixture({ writeNoResponse: true, write: true });
    expect(await client.ask(`d2 3200 01 ${'00'.repeat(12)}`)).toEqual([]);
    expect(first.read()).toEqual(bytes());
    expect(server.counters.signedWritesDropped).toBe(1);
  });
});

describe('onWrite', () => {
  it('sees the value before it counts, and keeps a copy', async () => {
    const seen: Uint8Array[] = [];
    const { client, first } = fixture({
      write: true,
      initial: 'a',
      onWrite: (value, connection) => {
        expect(connection).toBe(client.connection);
        expect(first.read()).toEqual(bytes(0x61));
        seen.push(value);
      },
    });
    expect(await client.ask('12 3200 0102')).toEqual(['13']);
    seen[0]?.fill(9);
    expect(first.read()).toEqual(bytes(1, 2));
  });

  it('knows whether the client waits for the outcome', async () => {
    const seen: string[] = [];
    const { client } = fixture({
      write: true,
      writeNoResponse: true,
      onWrite: (value, _, response) => void seen.push(`${value[0]} ${response}`),
    });
    await client.ask('12 3200 01');
    await client.ask('52 3200 02');
    await client.ask('16 3200 0000 03');
    await client.ask('18 01');
    expect(seen).toEqual(['1 true', '2 false', '3 true']);
  });

  it('refuses with an AttError, also later: nothing is written', async () => {
    const { client, first, server } = fixture({
      write: true,
      writeNoResponse: true,
      initial: 'a',
      onWrite: async (value) => {
        await turn();
        throw new AttError('no', value[0] ?? 0, 0);
      },
    });
    expect(await client.ask('12 3200 13')).toEqual([]);
    await turn();
    expect(client.channel.takeSent()).toEqual(['0112320013']);
    await client.ask('52 3200 13');
    await turn();
    expect(server.counters.commandsDropped).toBe(1);
    expect(first.read()).toEqual(bytes(0x61));
  });

  it('that takes its time sees write commands one after the other, and no more than may wait', async () => {
    const seen: number[] = [];
    const gates: (() => void)[] = [];
    const { client, first, server } = fixture({
      writeNoResponse: true,
      onWrite: (value) => {
        seen.push(value[0] ?? -1);
        return new Promise((resolve) => gates.push(resolve));
      },
    });
    const count = 1 + MAX_WAITING_COMMANDS + 2;
    for (let i = 0; i < count; i++) {
      client.channel.deliver(Uint8Array.of(0x52, 0x32, 0x00, i));
    }
    expect(seen).toEqual([0]);
    expect(server.counters.commandsDropped).toBe(2);
    for (const expected of [0, 1, 2]) {
      gates.shift()?.();
      await turn();
      expect(first.read()).toEqual(bytes(expected));
      expect(seen).toHaveLength(expected + 2);
    }
    while (gates.length > 0) {
      gates.shift()?.();
      await turn();
    }
    expect(seen).toEqual(Array.from({ length: count - 2 }, (_, i) => i));
  });

  it('that agrees late writes what the client sent, not what the view has become', async () => {
    const { client, first } = fixture({ write: true, onWrite: () => turn() });
    await client.ask('12 3200 0102');
    await turn();
    await turn();
    expect(client.channel.takeSent()).toEqual(['13']);
    expect(first.read()).toEqual(bytes(1, 2));
  });

  it('that agrees too late has been answered for, and writes nothing', async () => {
    let agree = (): void => undefined;
    const { clock, client, first } = fixture({
      write: true,
      onWrite: () =>
        new Promise<void>((resolve) => {
          agree = resolve;
        }),
    });
    await client.ask('12 3200 0102');
    await clock.advance(5_000);
    expect(client.channel.takeSent()).toEqual(['011200000e']);
    agree();
    await turn();
    expect(first.read()).toEqual(bytes());
    expect(client.channel.takeSent()).toEqual([]);
  });
});

describe('queued writes', () => {
  it('write a long value at the execution, and not before (GATT/SR/GAW/BV-05-C)', async () => {
    const { client, first } = fixture({ write: true, initial: 'old and longer than the new one' });
    expect(await client.ask('16 3200 0000 010203')).toEqual(['1732000000010203']);
    expect(await client.ask('16 3200 0300 0405')).toEqual(['17320003000405']);
    expect(new TextDecoder().decode(first.read())).toMatch(/^old/);
    expect(await client.ask('18 01')).toEqual(['19']);
    expect(first.read()).toEqual(bytes(1, 2, 3, 4, 5));
  });

  it('change a value from where they begin', async () => {
    const { client, first } = fixture({ write: true, initial: bytes(1, 2, 3, 4) });
    await client.ask('16 3200 0100 0909');
    expect(await client.ask('18 01')).toEqual(['19']);
    expect(first.read()).toEqual(bytes(1, 9, 9, 4));
  });

  it('are forgotten by the cancel flag (GATT/SR/GAW/BV-07-C)', async () => {
    const { client, first } = fixture({ write: true });
    await client.ask('16 3200 0000 01');
    expect(await client.ask('18 00')).toEqual(['19']);
    expect(await client.ask('18 01')).toEqual(['19']);
    expect(first.read()).toEqual(bytes());
  });

  it('may be interleaved over several values (GATT/SR/GAW/BV-10-C)', async () => {
    const { client, characteristics } = fixture({ write: true }, { write: true });
    await client.ask('16 3200 0000 0102');
    await client.ask('16 3400 0000 0a');
    await client.ask('16 3200 0200 03');
    await client.ask('16 3400 0100 0b');
    expect(await client.ask('18 01')).toEqual(['19']);
    expect(characteristics.map((each) => each.read())).toEqual([bytes(1, 2, 3), bytes(0x0a, 0x0b)]);
  });

  it('are executed with success where there are none (GATT/SR/GAW/BV-11-C)', async () => {
    expect(await fixture({ write: true }).client.ask('18 01')).toEqual(['19']);
  });

  it('are refused by handle and permission at once, and leave the others be (GATT/SR/GAW/BI-07-C, BI-08-C)', async () => {
    const { client, first } = fixture({ write: true }, { read: true }, { writeNoResponse: true });
    await client.ask('16 3200 0000 01');
    expect(await client.ask('16 5500 0000 01')).toEqual(['0116550001']);
    expect(await client.ask('16 3400 0000 01')).toEqual(['0116340003']);
    expect(await client.ask('16 3600 0000 01')).toEqual(['0116360003']);
    expect(await client.ask('18 01')).toEqual(['19']);
    expect(first.read()).toEqual(bytes(1));
  });

  it('are judged by offset and length at the execution, all or none (A6; GATT/SR/GAW/BI-09-C, BI-33-C)', async () => {
    const { client, characteristics } = fixture({ write: true }, { write: true, maxLength: 4 });
    await client.ask('16 3200 0000 01');
    expect(await client.ask('16 3400 0100 01')).toEqual(['173400010001']);
    expect(await client.ask('18 01')).toEqual(['0118340007']);
    await client.ask('16 3200 0000 01');
    await client.ask('16 3400 0000 01020304');
    await client.ask('16 3400 0400 05');
    expect(await client.ask('18 01')).toEqual(['011834000d']);
    await client.ask('16 3200 0000 01');
    await client.ask('16 3400 ffff 05');
    expect(await client.ask('18 01')).toEqual(['0118340007']);
    expect(characteristics.map((each) => each.read())).toEqual([bytes(), bytes()]);
    expect(await client.ask('18 01')).toEqual(['19']);
  });

  it('are refused with flags that mean nothing', async () => {
    const { client, first } = fixture({ write: true });
    await client.ask('16 3200 0000 01');
    expect(await client.ask('18 02')).toEqual(['0118000004']);
    expect(await client.ask('18 01')).toEqual(['19']);
    expect(first.read()).toEqual(bytes(1));
  });

  it('ask every handler before any value is changed', async () => {
    const { client, characteristics } = fixture(
      { write: true, onWrite: () => turn() },
      {
        write: true,
        onWrite: () => {
          throw new AttError('no', 0x81, 0);
        },
      },
    );
    await client.ask('16 3200 0000 01');
    await client.ask('16 3400 0000 01');
    await client.ask('18 01');
    await turn();
    await turn();
    expect(client.channel.takeSent()).toEqual(['0118340081']);
    expect(characteristics.map((each) => each.read())).toEqual([bytes(), bytes()]);
  });

  it('of one client are no others', async () => {
    const { clock, server, client, first } = fixture({ write: true });
    const other = new RawClient(clock, server);
    await client.ask('16 3200 0000 01');
    expect(await other.ask('18 01')).toEqual(['19']);
    expect(first.read()).toEqual(bytes());
    expect(await client.ask('18 01')).toEqual(['19']);
    expect(first.read()).toEqual(bytes(1));
  });

  it('are bounded for each client, by number and by octets (A5)', async () => {
    const { client, server } = fixture({ write: true });
    let taken = 0;
    for (let i = 0; i < 10_000; i++) {
      const [answer = ''] = await client.ask('16 3200 0000 01');
      if (answer.startsWith('17')) taken++;
      else expect(answer).toBe('0116320009');
    }
    expect(taken).toBe(PREPARED_LIMIT.entries);
    expect(server.counters.prepareQueueFull).toBe(10_000 - taken);
    await client.ask('18 00');
    await client.ask('02 0502');
    const part = '00'.repeat(512);
    for (let i = 0; i < PREPARED_LIMIT.octets / 512; i++) {
      expect((await client.ask(`16 3200 0000 ${part}`))[0]?.slice(0, 2)).toBe('17');
    }
    expect(await client.ask('16 3200 0000 00')).toEqual(['0116320009']);
  }, 20_000);

  it('are bounded for all clients together, and a client that leaves gives back its share (A5)', async () => {
    const { clock, server } = fixture({ write: true });
    const part = '00'.repeat(512);
    const fill = async (client: RawClient): Promise<number> => {
      await client.ask('02 0502');
      let taken = 0;
      while ((await client.ask(`16 3200 0000 ${part}`))[0]?.startsWith('17') === true) taken++;
      return taken;
    };
    const clients: RawClient[] = [];
    let total = 0;
    for (let i = 0; i < 20; i++) {
      const client = new RawClient(clock, server);
      clients.push(client);
      total += await fill(client);
    }
    expect(total).toBe(Math.floor(PREPARED_TOTAL_OCTETS / (512 + 16)));
    clients[0]?.connection.disconnect();
    expect(await fill(new RawClient(clock, server))).toBeGreaterThanOrEqual(8);
  });

  it('that a client leaves lying are forgotten, and it hears of it before anything is written', async () => {
    const { clock, server, client, first } = fixture({ write: true });
    await client.ask('16 3200 0000 01');
    await clock.advance(29_999);
    await client.ask('16 3200 0100 02');
    await clock.advance(30_000);
    expect(server.counters.preparedWritesExpired).toBe(1);
    expect(await client.ask('18 01')).toEqual(['011800000e']);
    expect(await client.ask('18 01')).toEqual(['19']);
    await client.ask('16 3200 0000 01');
    await clock.advance(30_000);
    expect(await client.ask('16 3200 0100 02')).toEqual(['011600000e']);
    expect(await client.ask('16 3200 0000 03')).toEqual(['173200000003']);
    expect(await client.ask('18 01')).toEqual(['19']);
    expect(first.read()).toEqual(bytes(3));
  });
});
