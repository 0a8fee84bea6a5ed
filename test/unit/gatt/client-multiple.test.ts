import { describe, expect, it } from 'vitest';
import {
  AttError,
  DisconnectedError,
  InvalidArgumentError,
  InvalidStateError,
  MalformedPduError,
  TimeoutError,
} from '../../../src/core/errors.ts';
import { Characteristic } from '../../../src/gatt/characteristic.ts';
import { DISCOVERY_LIMIT } from '../../../src/gatt/discovery.ts';
import type { GattClient } from '../../../src/gatt/gatt-client.ts';
import type { RemoteCharacteristic } from '../../../src/gatt/remote-characteristic.ts';
import { Service } from '../../../src/gatt/service.ts';
import {
  bytes,
  connectPair,
  inOrder,
  ManualClock,
  newServer,
  type Script,
  ScriptedServer,
  type Step,
  turn,
} from '../../support/gatt-pair.ts';

const part = (length: number, first: number): string =>
  Buffer.from(Uint8Array.from({ length }, (_, i) => (first + i) & 0xff)).toString('hex');
const counting = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i);
const u16 = (value: number): string => part(1, value) + part(1, value >> 8);

const scripted = (...steps: readonly Step[]) => {
  const clock = new ManualClock();
  return { clock, server: new ScriptedServer(clock, inOrder(...steps)) };
};

/** Characteristics whose values stand at 000c, 000e, 0010, …; what else is asked goes to `script`. */
const fixture = async (count: number, properties: number, script: Script, mtu = 23) => {
  const clock = new ManualClock();
  const last = 0x0a + 2 * count;
  const server = new ScriptedServer(clock, (pdu) => {
    if (pdu.startsWith('06')) return `07 0a00 ${u16(last)}`;
    if (pdu.startsWith('02')) return `03${u16(mtu)}`;
    if (!pdu.startsWith('08')) return undefined;
    const from = Buffer.from(pdu, 'hex').readUInt16LE(1);
    const handle = from <= 0x0b ? 0x0b : from + (from % 2 === 0 ? 1 : 0);
    return handle > last
      ? `0108${u16(from)}0a`
      : `0907${u16(handle)}${part(1, properties)}${u16(handle + 1)}6e2a`;
  });
  if (mtu !== 23) await clock.run(server.bearer.exchangeMtu());
  const service = await clock.run(server.client.service(0x181a));
  const all = await clock.run(service.characteristics());
  expect(all.map(({ handle }) => handle)).toEqual(Array.from({ length: count }, (_, i) => 0x0c + 2 * i));
  server.takeAsked();
  server.script = script;
  return { clock, server, all, service, client: server.client };
};

const READ = 0x02;
const WRITE = 0x08;
const EXTENDED = 0x80;

describe('readByUuid()', () => {
  const first = '08 0100 ffff 6e2a';

  it('gives every value until there are no more (GATT/CL/GAR/BV-03-C)', async () => {
    const { clock, server } = scripted(
      [first, '0904 0300 0102 0500 0304'],
      ['08 0600 ffff 6e2a', '0903 0900 05'],
      ['08 0a00 ffff 6e2a', '01080a000a'],
    );
    expect(await clock.run(server.client.readByUuid(0x2a6e))).toEqual([
      { handle: 3, value: bytes(1, 2) },
      { handle: 5, value: bytes(3, 4) },
      { handle: 9, value: bytes(5) },
    ]);
  });

  it('asks by 128 bits, ends at the last handle, and knows empty values (GATT/CL/GAR/BV-03-C)', async () => {
    const { clock, server } = scripted(['08 0100 ffff 9ecadc240ee5a9e093f3a3b50100406e', '0902 0300 ffff']);
    const found = await clock.run(server.client.readByUuid('6e400001-b5a3-f393-e0a9-e50e24dcca9e'));
    expect(found).toEqual([
      { handle: 3, value: bytes() },
      { handle: 0xffff, value: bytes() },
    ]);
  });

  it('gives nothing where there is nothing (GATT/CL/GAR/BI-07-C)', async () => {
    const { clock, server } = scripted([first, '010801000a']);
    expect(await clock.run(server.client.readByUuid(0x2a6e))).toEqual([]);
  });

  it.each([
    ['02', 'Read Not Permitted', 'BI-06-C'],
    ['08', 'Insufficient Authorization', 'BI-09-C'],
    ['05', 'Insufficient Authentication', 'BI-10-C'],
    ['0c', 'Encryption Key Size', 'BI-11-C'],
  ])('reports error %s, %s (GATT/CL/GAR/%s)', async (code, name) => {
    const { clock, server } = scripted([first, `01080700${code}`]);
    const error = await clock.run(server.client.readByUuid(0x2a6e)).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AttError);
    expect(error).toMatchObject({ status: Number.parseInt(code, 16), handle: 7 });
    expect(String(error)).toContain(name);
  });

  it('reports an error behind values that came', async () => {
    const { clock, server } = scripted([first, '0903 0300 01'], ['08 0400 ffff 6e2a', '0108070002']);
    await expect(clock.run(server.client.readByUuid(0x2a6e))).rejects.toMatchObject({ handle: 7 });
  });

  it('completes a value that fills the answer by Read Blob, and goes on behind it', async () => {
    const { clock, server } = scripted(
      [first, `0915 0300 ${part(19, 0)}`],
      ['0c 0300 1300', `0d${part(22, 19)}`],
      ['0c 0300 2900', `0d${part(3, 41)}`],
      ['08 0400 ffff 6e2a', `0914 0500 ${part(18, 0)}`],
      ['08 0600 ffff 6e2a', '010806000a'],
    );
    expect(await clock.run(server.client.readByUuid(0x2a6e))).toEqual([
      { handle: 3, value: counting(44) },
      { handle: 5, value: counting(18) },
    ]);
  });

  it('reads a value anew of which a Read Response holds all, and Read Blob nothing', async () => {
    const { clock, server } = scripted(
      [first, `0915 0300 ${part(19, 0)}`],
      ['0c 0300 1300', '010c03000b'],
      ['0a 0300', `0b${part(22, 0)}`],
      ['08 0400 ffff 6e2a', '010804000a'],
    );
    expect(await clock.run(server.client.readByUuid(0x2a6e))).toEqual([{ handle: 3, value: counting(22) }]);
  });

  it('takes 253 octets for cut at any MTU, for no item says more', async () => {
    const { clock, server } = scripted(
      ['02 0502', '03 0502'],
      [first, `09ff 0300 ${part(253, 0)} 0500 ${part(253, 0)}`],
      ['0c 0300 fd00', `0d${part(7, 253)}`],
      ['0c 0500 fd00', '0d'],
      ['08 0600 ffff 6e2a', '010806000a'],
    );
    await clock.run(server.bearer.exchangeMtu());
    expect(await clock.run(server.client.readByUuid(0x2a6e))).toEqual([
      { handle: 3, value: counting(260) },
      { handle: 5, value: counting(253) },
    ]);
  });

  it.each([
    ['handle 0', '0903 0000 01'],
    ['a handle twice', '0903 0300 01 0300 02'],
    ['handles backwards', '0903 0500 01 0300 02'],
    ['items of no length', '0900'],
    ['half an item', '0904 0300 01'],
  ])('does not believe %s', async (_name, answer) => {
    const { clock, server } = scripted([first, answer]);
    await expect(clock.run(server.client.readByUuid(0x2a6e))).rejects.toThrow(MalformedPduError);
    expect(server.asked.length).toBe(1);
  });

  it('does not ask without end: each answer must lead forward, and there is a limit', async () => {
    const { clock, server } = scripted([first, '0903 0500 01'], ['08 0600 ffff 6e2a', '0903 0500 01']);
    await expect(clock.run(server.client.readByUuid(0x2a6e))).rejects.toThrow(
      /0x0005 where 0x0006 to 0xffff/,
    );
    const endless = new ScriptedServer(clock, (pdu) => `0902${pdu.slice(2, 6)}`);
    // The clock stands still: all of it happens in one turn.
    await expect(endless.client.readByUuid(0x2a6e)).rejects.toThrow(`more than ${DISCOVERY_LIMIT}`);
    expect(endless.asked.length).toBe(DISCOVERY_LIMIT + 1);
  });

  it('does not believe a value without end', async () => {
    const clock = new ManualClock();
    const server = new ScriptedServer(clock, (pdu) =>
      pdu.startsWith('08') ? `0915 0300 ${part(19, 0)}` : `0d${part(22, 0)}`,
    );
    await expect(clock.run(server.client.readByUuid(0x2a6e))).rejects.toThrow(/512 at most/);
    expect(server.asked.length).toBe(1 + Math.ceil((512 - 19) / 22));
  });

  it('has one deadline for all its steps, and ends with the link', async () => {
    const clock = new ManualClock();
    const server = new ScriptedServer(clock, () => undefined);
    const failed = expect(server.client.readByUuid(0x2a6e, { timeoutMs: 1_000 })).rejects.toThrow(
      TimeoutError,
    );
    await clock.advance(700);
    server.send('0903 0300 01');
    await turn();
    await clock.advance(300);
    await failed;
    server.channel.disconnect();
    await expect(server.client.readByUuid(0x2a6e)).rejects.toThrow(DisconnectedError);
  });

  it('of a service stays within it, and ends with it', async () => {
    const { clock, service, client } = await fixture(
      2,
      READ,
      inOrder(['08 0a00 0e00 6e2a', '0903 0c00 01'], ['08 0d00 0e00 6e2a', '0903 0f00 01']),
    );
    await expect(clock.run(service.readByUuid(0x2a6e))).rejects.toThrow(/0x000f where 0x000d to 0x000e/);
    client.invalidate(1, 0xffff);
    await expect(service.readByUuid(0x2a6e)).rejects.toThrow(InvalidStateError);
  });
});

describe('readMultiple()', () => {
  it('asks for all at once (GATT/CL/GAR/BV-08-C)', async () => {
    const { clock, client, all } = await fixture(
      3,
      READ,
      inOrder(['20 0c00 0e00 1000', '21 0200 0102 0000 0100 03']),
    );
    expect(await clock.run(client.readMultiple(all))).toEqual([bytes(1, 2), bytes(), bytes(3)]);
  });

  it.each([
    ['02', 'Read Not Permitted', 'BI-36-C'],
    ['01', 'Invalid Handle', 'BI-38-C'],
    ['08', 'Insufficient Authorization', 'BI-40-C'],
    ['05', 'Insufficient Authentication', 'BI-42-C'],
    ['0c', 'Encryption Key Size', 'BI-44-C'],
  ])('reports error %s, %s, and asks nothing else (GATT/CL/GAR/%s)', async (code, name) => {
    const { clock, client, all } = await fixture(2, READ, inOrder(['20 0c00 0e00', `01200e00${code}`]));
    const error = await clock.run(client.readMultiple(all)).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ status: Number.parseInt(code, 16), handle: 0x0e });
    expect(String(error)).toContain(name);
  });

  it('completes a value that the MTU cut, and asks for those behind it', async () => {
    const { clock, client, all } = await fixture(
      4,
      READ,
      inOrder(
        ['20 0c00 0e00 1000 1200', `21 0100 ff 1e00 ${part(17, 0)}`],
        ['0c 0e00 1100', `0d${part(13, 17)}`],
        ['20 1000 1200', '21 0100 03 0100 04'],
      ),
    );
    expect(await clock.run(client.readMultiple(all))).toEqual([bytes(255), counting(30), bytes(3), bytes(4)]);
  });

  it('knows a value that was cut to nothing, and one alone at the end', async () => {
    const { clock, client, all } = await fixture(
      3,
      READ,
      inOrder(
        ['20 0c00 0e00 1000', `21 1200 ${part(18, 0)} 0500`],
        ['0c 0e00 0000', '0d0102030405'],
        ['0a 1000', '0b07'],
      ),
    );
    expect(await clock.run(client.readMultiple(all))).toEqual([counting(18), bytes(1, 2, 3, 4, 5), bytes(7)]);
  });

  it('asks on where a value just fills the PDU: some servers give the length of what they sent', async () => {
    const { clock, client, all } = await fixture(
      2,
      READ,
      inOrder(['20 0c00 0e00', `21 0100 ff 1100 ${part(17, 0)}`], ['0c 0e00 1100', `0d${part(3, 17)}`]),
    );
    expect(await clock.run(client.readMultiple(all))).toEqual([bytes(255), counting(20)]);
  });

  it('reads one by one where the MTU cut within a length', async () => {
    const { clock, client, all } = await fixture(
      2,
      READ,
      inOrder(
        ['20 0c00 0e00', `21 1300 ${part(19, 0)} 05`],
        ['0a 0c00', `0b${part(19, 0)}`],
        ['0a 0e00', '0b0102030405'],
      ),
    );
    expect(await clock.run(client.readMultiple(all))).toEqual([counting(19), bytes(1, 2, 3, 4, 5)]);
  });

  it('puts no more handles into a request than it has room for', async () => {
    const { clock, server, client, all } = await fixture(12, READ, (pdu) =>
      pdu.startsWith('20')
        ? `21${'0000'.repeat((pdu.length - 2) / 4)}`
        : pdu.startsWith('0c')
          ? '0d'
          : '0b09',
    );
    const values = await clock.run(client.readMultiple(all));
    expect(values.length).toBe(12);
    expect(values[11]).toEqual(bytes(9));
    // Eleven empty values just fill the answer, so the last of them is asked for.
    expect(server.takeAsked().map((pdu) => [pdu.slice(0, 2), pdu.length / 2])).toEqual([
      ['20', 23],
      ['0c', 5],
      ['0a', 3],
    ]);
  });

  it('reads one by one where the server does not know the request, and asks for it once', async () => {
    const { clock, client, all } = await fixture(
      2,
      READ,
      inOrder(
        ['20 0c00 0e00', '0120000006'],
        ['0a 0c00', `0b${part(22, 0)}`],
        ['0c 0c00 1600', '0d16'],
        ['0a 0e00', '0b02'],
        ['0a 0c00', '0b03'],
        ['0a 0e00', '0b04'],
      ),
    );
    expect(await clock.run(client.readMultiple(all))).toEqual([counting(23), bytes(2)]);
    expect(await clock.run(client.readMultiple(all))).toEqual([bytes(3), bytes(4)]);
  });

  it.each([
    ['no value', '21'],
    ['more values than asked for', '21 0000 0000 0000'],
  ])('does not believe %s', async (_name, answer) => {
    const { clock, client, all } = await fixture(2, READ, inOrder(['20 0c00 0e00', answer]));
    await expect(clock.run(client.readMultiple(all))).rejects.toThrow(MalformedPduError);
  });

  it('does not believe a value of more than 512 octets', async () => {
    const script = inOrder(['20 0c00 0e00', `21 0102 ${part(513, 0)}`]);
    const { clock, client, all } = await fixture(2, READ, script, 517);
    await expect(clock.run(client.readMultiple(all))).rejects.toThrow(/512 at most/);
  });

  it('reads a single one, or none, as it is', async () => {
    const { clock, client, all } = await fixture(1, READ, inOrder(['0a 0c00', '0b01']));
    expect(await clock.run(client.readMultiple(all))).toEqual([bytes(1)]);
    expect(await client.readMultiple([])).toEqual([]);
  });

  it('refuses what cannot be read, belongs to another link, or is obsolete, and asks nothing', async () => {
    const { client, all, server } = await fixture(2, WRITE, () => undefined);
    await expect(client.readMultiple(all)).rejects.toThrow(/cannot be read; what it can: write/);
    const other = await fixture(2, READ, () => undefined);
    await expect(client.readMultiple(other.all)).rejects.toThrow(InvalidArgumentError);
    other.client.invalidate(1, 0xffff);
    await expect(other.client.readMultiple(other.all)).rejects.toThrow(InvalidStateError);
    expect([...server.asked, ...other.server.asked]).toEqual([]);
  });

  it('has one deadline for all its steps', async () => {
    const { clock, client, all, server } = await fixture(2, READ, () => undefined);
    const failed = expect(client.readMultiple(all, { timeoutMs: 1_000 })).rejects.toThrow(TimeoutError);
    await clock.advance(700);
    server.send('21 0100 01');
    await turn();
    expect(server.asked.length).toBe(2);
    await clock.advance(300);
    await failed;
  });

  it('reads what our own server answers, cut or not', async () => {
    const clock = new ManualClock();
    const server = newServer(clock);
    const service = new Service(0x181a);
    for (const length of [1, 40, 0, 17, 2]) {
      new Characteristic(service, 0x2a6e, { read: true, initial: counting(length) });
    }
    server.register(service);
    const { client } = connectPair(clock, server);
    const all = await clock.run((await clock.run(client.service(0x181a))).characteristics());
    const values = await clock.run(client.readMultiple(all));
    expect(values.map((value) => value.length)).toEqual([1, 40, 0, 17, 2]);
    expect((await clock.run(client.readByUuid(0x2a6e))).map(({ value }) => value)).toEqual(values);
  });
});

describe('readMultiple() of known lengths', () => {
  it('divides the answer (GATT/CL/GAR/BV-05-C)', async () => {
    const { clock, client, all } = await fixture(3, READ, inOrder(['0e 0c00 0e00 1000', '0f 0102 03']));
    expect(await clock.run(client.readMultiple(all, { lengths: [2, 0, 1] }))).toEqual([
      bytes(1, 2),
      bytes(),
      bytes(3),
    ]);
  });

  it.each([
    ['02', 'BI-18-C'],
    ['01', 'BI-19-C'],
    ['08', 'BI-20-C'],
    ['05', 'BI-21-C'],
    ['0c', 'BI-22-C'],
  ])('reports error %s (GATT/CL/GAR/%s)', async (code) => {
    const { clock, client, all } = await fixture(2, READ, inOrder(['0e 0c00 0e00', `010e0e00${code}`]));
    const reading = clock.run(client.readMultiple(all, { lengths: [1, 1] }));
    await expect(reading).rejects.toMatchObject({ status: Number.parseInt(code, 16), handle: 0x0e });
  });

  it('asks for no more than the answer has room for', async () => {
    const { clock, client, all } = await fixture(
      4,
      READ,
      inOrder(
        ['0e 0c00 0e00', `0f${part(22, 0)}`],
        ['0a 1000', `0b${part(22, 0)}`],
        ['0c 1000 1600', `0d${part(8, 22)}`],
        ['0a 1200', '0b01'],
      ),
    );
    const values = await clock.run(client.readMultiple(all, { lengths: [20, 2, 30, 1] }));
    expect(values).toEqual([counting(20), bytes(20, 21), counting(30), bytes(1)]);
  });

  it.each([
    ['shorter', '0f 01'],
    ['longer', '0f 010203'],
  ])('does not divide an answer that is %s', async (_name, answer) => {
    const { clock, client, all } = await fixture(2, READ, inOrder(['0e 0c00 0e00', answer]));
    await expect(clock.run(client.readMultiple(all, { lengths: [1, 1] }))).rejects.toThrow(MalformedPduError);
  });

  it('reads one by one where the server does not know the request, and compares', async () => {
    const { clock, client, all } = await fixture(
      2,
      READ,
      inOrder(['0e 0c00 0e00', '010e000006'], ['0a 0c00', '0b01'], ['0a 0e00', '0b0203']),
    );
    await expect(clock.run(client.readMultiple(all, { lengths: [1, 1] }))).rejects.toThrow(
      /2 octets .* should be 1/,
    );
  });

  it.each([[[1]], [[1, -1]], [[1, 0.5]], [[1, 513]]])('refuses lengths %j', async (lengths) => {
    const { client, all } = await fixture(2, READ, () => undefined);
    await expect(client.readMultiple(all, { lengths })).rejects.toThrow(InvalidArgumentError);
  });
});

describe('writeReliably()', () => {
  const echo: Script = (pdu) => (pdu.startsWith('16') ? `17${pdu.slice(2)}` : '19');
  const pairs = (
    all: readonly RemoteCharacteristic[],
    ...values: (Uint8Array | string)[]
  ): [RemoteCharacteristic, Uint8Array | string][] =>
    values.map((value, i) => [all[i] as RemoteCharacteristic, value]);

  it('prepares all, in parts where they are long, and executes once (GATT/CL/GAW/BV-06-C)', async () => {
    const { clock, server, client, all } = await fixture(3, WRITE, echo);
    await clock.run(client.writeReliably(pairs(all, bytes(1, 2), counting(20), '')));
    expect(server.takeAsked()).toEqual([
      '160c0000000102',
      `160e000000${part(18, 0)}`,
      `160e001200${part(2, 18)}`,
      '1610000000',
      '1801',
    ]);
  });

  it.each([
    ['value', (pdu: string) => `17${pdu.slice(2, -2)}ff`],
    ['offset', (pdu: string) => `17${pdu.slice(2, 6)}0100${pdu.slice(10)}`],
    ['handle', (pdu: string) => `171400${pdu.slice(6)}`],
    ['length', (pdu: string) => `17${pdu.slice(2, -2)}`],
  ])(
    'cancels when the peer took down another %s, and names the handle (GATT/CL/GAW/BI-32-C)',
    async (_n, lie) => {
      const { clock, server, client, all } = await fixture(3, WRITE, (pdu) =>
        pdu.startsWith('160e00') ? lie(pdu) : echo(pdu),
      );
      const writing = client.writeReliably(pairs(all, bytes(1), bytes(2), bytes(3)));
      await expect(clock.run(writing)).rejects.toThrow(/for 0x000e; nothing was written/);
      await turn();
      expect(server.takeAsked()).toEqual(['160c00000001', '160e00000002', '1800']);
    },
  );

  it('cancels when the peer refuses one, or the execution', async () => {
    const { clock, server, client, all } = await fixture(2, WRITE, (pdu) =>
      pdu.startsWith('160e00') ? '01160e0003' : echo(pdu),
    );
    const refused = clock.run(client.writeReliably(pairs(all, bytes(1), bytes(2))));
    await expect(refused).rejects.toMatchObject({ status: 0x03, handle: 0x0e });
    await turn();
    expect(server.takeAsked().at(-1)).toBe('1800');
    server.script = (pdu) => (pdu === '1801' ? '01180e0080' : echo(pdu));
    const failed = clock.run(client.writeReliably(pairs(all, bytes(1), bytes(2))));
    await expect(failed).rejects.toMatchObject({ status: 0x80, handle: 0x0e });
  });

  it('does not mix with another: the second waits for the first', async () => {
    const { clock, server, client, all } = await fixture(2, WRITE, echo);
    const [first] = all;
    const both = [
      client.writeReliably(pairs(all, bytes(1), bytes(2))),
      client.writeReliably([[first as RemoteCharacteristic, bytes(3)]]),
    ];
    await clock.run(Promise.all(both));
    expect(server.takeAsked()).toEqual(['160c00000001', '160e00000002', '1801', '160c00000003', '1801']);
  });

  it('sends what it was given, whatever becomes of the array meanwhile', async () => {
    const { clock, server, client, all } = await fixture(2, WRITE, echo);
    const value = bytes(1);
    const writing = client.writeReliably(pairs(all, bytes(0), value));
    value[0] = 9;
    await clock.run(writing);
    expect(server.takeAsked()[1]).toBe('160e00000001');
  });

  it('takes characteristics that are written only so, and does nothing for nothing', async () => {
    const { clock, server, client, all } = await fixture(1, EXTENDED, echo);
    await client.writeReliably([]);
    expect(server.takeAsked()).toEqual([]);
    await clock.run(client.writeReliably(pairs(all, bytes(1))));
    expect(server.takeAsked()).toEqual(['160c00000001', '1801']);
  });

  it('refuses what cannot be written, is too long or belongs to another link, and sends nothing', async () => {
    const { server, client, all } = await fixture(2, READ, echo);
    await expect(client.writeReliably(pairs(all, 'x'))).rejects.toThrow(InvalidStateError);
    const other = await fixture(2, WRITE, echo);
    await expect(client.writeReliably(pairs(other.all, 'x'))).rejects.toThrow(InvalidArgumentError);
    const long = other.client.writeReliably(pairs(other.all, 'x', new Uint8Array(513)));
    await expect(long).rejects.toThrow(/513 octets is too long/);
    expect([...server.asked, ...other.server.asked]).toEqual([]);
  });

  it('writes to our own server all or none', async () => {
    const clock = new ManualClock();
    const server = newServer(clock);
    const service = new Service(0x181a);
    const short = new Characteristic(service, 0x2a6e, { write: true, maxLength: 4 });
    const long = new Characteristic(service, 0x2a6f, { write: true, maxLength: 40 });
    server.register(service);
    const client: GattClient = connectPair(clock, server).client;
    const all = await clock.run((await clock.run(client.service(0x181a))).characteristics());
    await clock.run(client.writeReliably(pairs(all, bytes(1), counting(40))));
    expect([short.read(), long.read()]).toEqual([bytes(1), counting(40)]);
    await expect(clock.run(client.writeReliably(pairs([...all].reverse(), 'y', '12345')))).rejects.toThrow(
      AttError,
    );
    expect([short.read(), long.read()]).toEqual([bytes(1), counting(40)]);
  });
});

describe('what describes a characteristic', () => {
  const described = (properties: number, ...steps: readonly Step[]) =>
    fixture(1, properties, inOrder(...steps));

  it('userDescription() reads the descriptor as UTF-8', async () => {
    const { clock, all } = await withDescriptors(READ, ['0a 0d00', '0bc3bc']);
    expect(await clock.run(all.userDescription())).toBe('ü');
  });

  it('extendedProperties() reads the bits, and does not believe another length', async () => {
    const { clock, all } = await withDescriptors(EXTENDED, ['0a 0e00', '0b0300'], ['0a 0e00', '0b01']);
    expect(await clock.run(all.extendedProperties())).toEqual({
      reliableWrite: true,
      writableAuxiliaries: true,
    });
    await expect(clock.run(all.extendedProperties())).rejects.toThrow(MalformedPduError);
  });

  it('extendedProperties() asks nothing where there are none', async () => {
    const { all } = await described(READ);
    expect(await all[0]?.extendedProperties()).toEqual({ reliableWrite: false, writableAuxiliaries: false });
  });
});

/** One characteristic whose value stands at 000c, a user description at 000d, extended properties at 000e. */
const withDescriptors = async (properties: number, ...steps: readonly Step[]) => {
  const { clock, server } = scripted(
    ['06 0100 ffff 0028 1a18', '07 0a00 0e00'],
    ['08 0a00 0e00 0328', `0907 0b00 ${part(1, properties)} 0c00 6e2a`],
    ['08 0c00 0e00 0328', '01080c000a'],
    ['04 0d00 0e00', '0501 0d00 0129 0e00 0029'],
    ...steps,
  );
  const service = await clock.run(server.client.service(0x181a));
  return { clock, server, all: await clock.run(service.characteristic(0x2a6e)) };
};
