import { describe, expect, it } from 'vitest';
import { AttError } from '../../../../src/core/errors.ts';
import { Characteristic, type CharacteristicOptions } from '../../../../src/gatt/server/characteristic.ts';
import type { ConnectionRef } from '../../../../src/gatt/server/connection-ref.ts';
import { Service } from '../../../../src/gatt/server/service.ts';
import { bytes, ManualClock, newServer, RawClient } from '../../../support/gatt-pair.ts';

type Options = CharacteristicOptions<ConnectionRef, false>;

/** Value handles are 0032, 0034, ... */
const fixture = (...options: Options[]) => {
  const clock = new ManualClock();
  const server = newServer(clock, { handlerTimeoutMs: 5_000 });
  const service = new Service(0x1234);
  const characteristics = options.map((each, i) => new Characteristic(service, 0xaa00 + i, each));
  server.register(service);
  return { clock, server, characteristics, client: new RawClient(clock, server) };
};

const counting = (length: number, first = 0): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (first + i) & 0xff);
const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex');

describe('Read', () => {
  it('gives a value (GATT/SR/GAR/BV-01-C)', async () => {
    const { client } = fixture({ read: true, initial: bytes(1, 2) });
    expect(await client.ask('0a 3200')).toEqual(['0b0102']);
  });

  it('gives an empty value', async () => {
    expect(await fixture({ read: true }).client.ask('0a 3200')).toEqual(['0b']);
  });

  it('is refused by permission and by handle (GATT/SR/GAR/BI-01-C, BI-02-C)', async () => {
    const { client } = fixture({ write: true });
    expect(await client.ask('0a 3200')).toEqual(['010a320002']);
    expect(await client.ask('0a 3300')).toEqual(['010a330001']);
    expect(await client.ask('0a 0000')).toEqual(['010a000001']);
    expect(await client.ask('0a ffff')).toEqual(['010affff01']);
  });
});

describe('a long read', () => {
  it('is served in parts up to a short one (GATT/SR/GAR/BV-04-C)', async () => {
    const value = counting(50);
    const { client } = fixture({ read: true, initial: value });
    expect(await client.ask('0a 3200')).toEqual([`0b${hex(value.subarray(0, 22))}`]);
    expect(await client.ask('0c 3200 1600')).toEqual([`0d${hex(value.subarray(22, 44))}`]);
    expect(await client.ask('0c 3200 2c00')).toEqual([`0d${hex(value.subarray(44))}`]);
  });

  it('ends in an empty part at the end, and in Invalid Offset behind it (GATT/SR/GAR/BI-13-C)', async () => {
    const { client } = fixture({ read: true, initial: counting(22) });
    expect(await client.ask('0c 3200 1600')).toEqual(['0d']);
    expect(await client.ask('0c 3200 1700')).toEqual(['010c320007']);
    expect(await client.ask('0c 3200 ffff')).toEqual(['010c320007']);
  });

  it('is refused by permission and by handle at every part (GATT/SR/GAR/BI-12-C, BI-14-C)', async () => {
    const { client } = fixture({ write: true, initial: counting(50) });
    expect(await client.ask('0c 3200 1600')).toEqual(['010c320002']);
    expect(await client.ask('0c 3500 1600')).toEqual(['010c350001']);
  });

  it('is of one piece, whatever is written meanwhile', async () => {
    const { client, characteristics } = fixture({ read: true, initial: counting(50) });
    await client.ask('0a 3200');
    characteristics[0]?.write(counting(80, 100));
    expect(await client.ask('0c 3200 1600')).toEqual([`0d${hex(counting(22, 22))}`]);
    expect(await client.ask('0c 3200 2c00')).toEqual([`0d${hex(counting(6, 44))}`]);
    expect(await client.ask('0a 3200')).toEqual([`0b${hex(counting(22, 100))}`]);
  });

  it('is of one piece also where the value just fills its parts', async () => {
    const { client, characteristics } = fixture({ read: true, initial: counting(44) });
    await client.ask('0a 3200');
    characteristics[0]?.write(counting(80, 100));
    expect(await client.ask('0c 3200 1600')).toEqual([`0d${hex(counting(22, 22))}`]);
    expect(await client.ask('0c 3200 2c00')).toEqual(['0d']);
    expect(await client.ask('0c 3200 2c00')).toEqual([`0d${hex(counting(22, 144))}`]);
  });

  it('is of one piece for each client and each value', async () => {
    const { clock, server, client, characteristics } = fixture(
      { read: true, initial: counting(50) },
      { read: true, initial: counting(50, 50) },
    );
    const other = new RawClient(clock, server);
    await client.ask('0a 3200');
    await client.ask('0a 3400');
    characteristics[0]?.write(counting(50, 100));
    characteristics[1]?.write(counting(50, 150));
    await other.ask('0a 3200');
    expect(await client.ask('0c 3200 1600')).toEqual([`0d${hex(counting(22, 22))}`]);
    expect(await other.ask('0c 3200 1600')).toEqual([`0d${hex(counting(22, 122))}`]);
    expect(await client.ask('0c 3400 1600')).toEqual([`0d${hex(counting(22, 72))}`]);
  });

  it('shows a client what it has written itself', async () => {
    const { client } = fixture({ read: true, write: true, initial: counting(50) });
    await client.ask('0a 3200');
    await client.ask('12 3200 0102');
    expect(await client.ask('0c 3200 0100')).toEqual(['0d02']);
  });

  it('is not kept for ever, nor for many values at once', async () => {
    const { clock, client, characteristics } = fixture(
      ...Array.from({ length: 6 }, () => ({ read: true, initial: counting(50) })),
    );
    await client.ask('0a 3200');
    characteristics[0]?.write(counting(50, 100));
    await clock.advance(30_001);
    expect(await client.ask('0c 3200 1600')).toEqual([`0d${hex(counting(22, 122))}`]);
    for (const handle of ['3400', '3600', '3800', '3a00', '3c00']) await client.ask(`0a ${handle}`);
    characteristics[1]?.write(counting(50, 100));
    characteristics[5]?.write(counting(50, 100));
    expect(await client.ask('0c 3400 1600')).toEqual([`0d${hex(counting(22, 122))}`]);
    expect(await client.ask('0c 3c00 1600')).toEqual([`0d${hex(counting(22, 22))}`]);
  });

  it('asks onRead once, for the beginning', async () => {
    let calls = 0;
    const { client } = fixture({
      read: true,
      onRead: () => {
        calls++;
        return counting(50, calls);
      },
    });
    await client.ask('0a 3200');
    await client.ask('0c 3200 1600');
    expect(await client.ask('0c 3200 2c00')).toEqual([`0d${hex(counting(6, 45))}`]);
    expect(calls).toBe(1);
  });
});

describe('onRead', () => {
  it('gives the value, or undefined for the local one, which it may set', async () => {
    const answers = ['text', undefined, Promise.resolve(bytes(7))];
    const { client, characteristics } = fixture({
      read: true,
      onRead: (connection) => {
        expect(connection).toBe(client.connection);
        characteristics[0]?.write(bytes(9));
        return answers.shift();
      },
    });
    expect(await client.ask('0a 3200')).toEqual([`0b${Buffer.from('text').toString('hex')}`]);
    expect(await client.ask('0a 3200')).toEqual(['0b09']);
    expect(await client.ask('0a 3200')).toEqual(['0b07']);
    expect(characteristics[0]?.read()).toEqual(bytes(9));
  });

  it('refuses with an AttError, by the handle of its characteristic', async () => {
    const { client } = fixture({
      read: true,
      onRead: () => {
        throw new AttError('not now', 0x80, 0);
      },
    });
    expect(await client.ask('0a 3200')).toEqual(['010a320080']);
    expect(await client.ask('0c 3200 0000')).toEqual(['010c320080']);
    expect(await client.ask('08 0100 ffff 00aa')).toEqual(['0108320080']);
    expect(await client.ask('0e 3200 0300')).toEqual(['010e320080']);
    expect(await client.ask('20 0300 3200')).toEqual(['0120320080']);
  });

  it('is answered for when it throws, rejects or gives too much', async () => {
    const answers: (() => Uint8Array | Promise<Uint8Array>)[] = [
      () => {
        throw new Error('a bug');
      },
      () => Promise.reject(new Error('another')),
      () => new Uint8Array(513),
    ];
    const { client } = fixture({ read: true, onRead: () => answers.shift()?.() });
    for (let i = 0; i < 3; i++) expect(await client.ask('0a 3200')).toEqual(['010a00000e']);
  });

  it('is answered for when it never settles', async () => {
    const { clock, client } = fixture({ read: true, onRead: () => new Promise(() => {}) });
    expect(await client.ask('0a 3200')).toEqual([]);
    await clock.advance(4_999);
    expect(client.channel.takeSent()).toEqual([]);
    await clock.advance(1);
    expect(client.channel.takeSent()).toEqual(['010a00000e']);
  });
});

describe('several values at once', () => {
  const three = () =>
    fixture({ read: true, initial: bytes(1) }, { read: true, initial: counting(30) }, { write: true });

  it('stand one behind the other, cut at the end of the PDU (GATT/SR/GAR/BV-05-C)', async () => {
    expect(await three().client.ask('0e 3200 3400')).toEqual([`0f01${hex(counting(21))}`]);
  });

  it('carry their full lengths in the variable form, whose last value is cut (GATT/SR/GAR/BV-09-C)', async () => {
    const { client } = three();
    expect(await client.ask('20 3200 3400')).toEqual([
      `21 0100 01 1e00 ${hex(counting(17))}`.replaceAll(' ', ''),
    ]);
    expect(await client.ask('20 3200 3400 3200')).toEqual([
      `21 0100 01 1e00 ${hex(counting(17))}`.replaceAll(' ', ''),
    ]);
  });

  it('are refused by the first handle in the way, also behind the end of the PDU (A7; GATT/SR/GAR/BI-18-C, BI-19-C, BI-36-C, BI-38-C)', async () => {
    const { client } = three();
    for (const opcode of ['0e', '20']) {
      expect(await client.ask(`${opcode} 3400 3400 3600`)).toEqual([`01${opcode}360002`]);
      expect(await client.ask(`${opcode} 3400 7777 3600`)).toEqual([`01${opcode}777701`]);
      expect(await client.ask(`${opcode} 3200`)).toEqual([`01${opcode}000004`]);
      expect(await client.ask(`${opcode} 3200 34`)).toEqual([`01${opcode}000004`]);
    }
  });
});

describe('values by type', () => {
  it('stop before the first that has another length or may not be read', async () => {
    const clock = new ManualClock();
    const server = newServer(clock);
    const service = new Service(0x1234);
    for (const options of [
      { read: true, initial: bytes(1, 2) },
      { read: true, initial: bytes(3, 4) },
      { read: true, initial: bytes(5) },
      { write: true },
    ]) {
      new Characteristic(service, 0xaa00, options);
    }
    server.register(service);
    const client = new RawClient(clock, server);
    expect(await client.ask('08 0100 ffff 00aa')).toEqual(['09043200010234000304']);
    expect(await client.ask('08 3500 ffff 00aa')).toEqual(['0903360005']);
    expect(await client.ask('08 3700 ffff 00aa')).toEqual(['0108380002']);
  });

  it('are cut to what the Length octet can tell', async () => {
    const { client } = fixture({ read: true, initial: counting(50) });
    expect(await client.ask('08 0100 ffff 00aa')).toEqual([
      `0915 3200 ${hex(counting(19))}`.replaceAll(' ', ''),
    ]);
    await client.ask('02 0502');
    const [answer = ''] = await client.ask('08 0100 ffff 00aa');
    expect(answer.slice(0, 8)).toBe('09343200');
    expect(answer.length / 2).toBe(54);
  });

  it('are cut to 253 octets where the MTU would let through more', async () => {
    const { client } = fixture({ read: true, initial: counting(400) });
    await client.ask('02 0502');
    const [answer = ''] = await client.ask('08 0100 ffff 00aa');
    expect(answer.slice(0, 8)).toBe('09ff3200');
    expect(answer.length / 2).toBe(257);
  });
});
