import { describe, expect, it } from 'vitest';
import { Read } from '../../../../src/att/codec/exchanges.ts';
import {
  AttError,
  DisconnectedError,
  InvalidArgumentError,
  InvalidStateError,
  MalformedPduError,
  TimeoutError,
} from '../../../../src/core/errors.ts';
import type { RemoteCharacteristic } from '../../../../src/gatt/client/remote-characteristic.ts';
import { bytes, ManualClock, type Script, ScriptedServer, turn } from '../../../support/gatt-pair.ts';

/** One characteristic, whose value stands at 000c, with the properties given and a configuration at 000d; what else is asked goes to `script`. */
const fixture = async (properties: number, script: Script) => {
  const clock = new ManualClock();
  const server = new ScriptedServer(clock, (pdu) => {
    if (pdu.startsWith('06')) return '07 0a00 0d00';
    if (pdu === '080a000d000328') return `0907 0b00 ${properties.toString(16).padStart(2, '0')} 0c00 6e2a`;
    if (pdu.startsWith('08')) return '01080c000a';
    if (pdu.startsWith('04')) return '0501 0d00 0229';
    return script(pdu);
  });
  const service = await clock.run(server.client.service(0x181a));
  const characteristic: RemoteCharacteristic = await clock.run(service.characteristic(0x2a6e));
  server.takeAsked();
  return { clock, server, characteristic };
};

const READ = 0x02;
const WRITE_NO_RESPONSE = 0x04;
const WRITE = 0x08;
const part = (length: number, first: number): string =>
  Buffer.from(Uint8Array.from({ length }, (_, i) => (first + i) & 0xff)).toString('hex');

describe('read()', () => {
  it('gives a short value in one step (GATT/CL/GAR/BV-01-C)', async () => {
    const { clock, server, characteristic } = await fixture(READ, () => '0b0102');
    expect(await clock.run(characteristic.read())).toEqual(bytes(1, 2));
    expect(server.takeAsked()).toEqual(['0a0c00']);
  });

  it('gives a long value whole: parts until a short one (GATT/CL/GAR/BV-04-C)', async () => {
    const answers = [`0b${part(22, 0)}`, `0d${part(22, 22)}`, `0d${part(3, 44)}`];
    const { clock, server, characteristic } = await fixture(READ, () => answers.shift());
    const value = await clock.run(characteristic.read());
    expect(value).toEqual(Uint8Array.from({ length: 47 }, (_, i) => i));
    expect(server.takeAsked()).toEqual(['0a0c00', '0c0c001600', '0c0c002c00']);
  });

  it.each([
    ['an empty part', '0d'],
    ['Attribute Not Long', '010c0c000b'],
  ])('ends where the value just fills the answer with %s', async (_name, end) => {
    const answers = [`0b${part(22, 0)}`, end];
    const { clock, characteristic } = await fixture(READ, () => answers.shift());
    expect((await clock.run(characteristic.read())).length).toBe(22);
  });

  it('ends at 512 octets without asking for more, and does not believe a longer value (A12)', async () => {
    const { clock, server, characteristic } = await fixture(READ, (pdu) =>
      pdu.startsWith('02') ? '030102' : pdu.startsWith('0a') ? `0b${part(512, 0)}` : `0d${part(512, 0)}`,
    );
    await clock.run(server.bearer.exchangeMtu());
    expect((await clock.run(characteristic.read())).length).toBe(512);
    server.takeAsked();
    const endless = await fixture(READ, (pdu) =>
      pdu.startsWith('0a') ? `0b${part(22, 0)}` : `0d${part(22, 0)}`,
    );
    await expect(endless.clock.run(endless.characteristic.read())).rejects.toThrow(MalformedPduError);
    expect(endless.server.takeAsked().length).toBe(24);
  });

  it.each([
    ['0a', '010a0c0002', 'Read Not Permitted', 0x02],
    ['0a', '010a0c0001', 'Invalid Handle', 0x01],
    ['0a', '010a0c0005', 'Insufficient Authentication', 0x05],
    ['0c', '010c0c0007', 'Invalid Offset', 0x07],
  ])(
    'reports what the peer refuses at %s: %s (GATT/CL/GAR/BI-01-C to BI-17-C)',
    async (at, answer, name, status) => {
      const { clock, characteristic } = await fixture(READ, (pdu) =>
        pdu.startsWith(at) ? answer : `0b${part(22, 0)}`,
      );
      const error = await clock.run(characteristic.read()).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(AttError);
      expect(error).toMatchObject({ status, handle: 0x0c });
      expect(String(error)).toContain(name);
      expect(String(error)).toContain('reading characteristic 2a6e of the server');
    },
  );

  it('may overlap with others on the same object (one of two times out in aioble)', async () => {
    const answers = ['0b01', '0b02'];
    const { clock, characteristic } = await fixture(READ, () => answers.shift());
    expect(await clock.run(Promise.all([characteristic.read(), characteristic.read()]))).toEqual([
      bytes(1),
      bytes(2),
    ]);
  });

  it('that gave up leaves its late answer to nobody (A8)', async () => {
    const { clock, server, characteristic } = await fixture(READ, () => undefined);
    await expect(clock.run(characteristic.read({ timeoutMs: 100 }))).rejects.toThrow(TimeoutError);
    const second = characteristic.read();
    server.script = () => '0b02';
    server.send('0b01');
    expect(await clock.run(second)).toEqual(bytes(2));
  });

  it('has one deadline for all its steps', async () => {
    const { clock, server, characteristic } = await fixture(READ, () => undefined);
    const started = clock.now();
    const reading = characteristic.read({ timeoutMs: 1_000 });
    const failed = expect(reading).rejects.toThrow(TimeoutError);
    await clock.advance(700);
    server.send(`0b${part(22, 0)}`);
    await turn();
    await clock.advance(299);
    expect(server.takeAsked().length).toBe(2);
    await clock.advance(1);
    await failed;
    expect(clock.now() - started).toBe(1_000);
  });

  it('is an error where the value cannot be read, and nothing is asked', async () => {
    const { server, characteristic } = await fixture(WRITE, () => undefined);
    await expect(characteristic.read()).rejects.toThrow(/cannot be read; what it can: write/);
    expect(server.takeAsked()).toEqual([]);
  });

  it('ends with the link', async () => {
    const { server, characteristic } = await fixture(READ, () => undefined);
    const reading = characteristic.read();
    await turn();
    server.channel.disconnect();
    await expect(reading).rejects.toThrow(DisconnectedError);
    await expect(characteristic.read()).rejects.toThrow(DisconnectedError);
  });
});

describe('write()', () => {
  it.each([
    ['with a response where that is the only way', WRITE, {}, '120c000102'],
    ['without where both ways are there', WRITE | WRITE_NO_RESPONSE, {}, '520c000102'],
    ['without where that is the only way', WRITE_NO_RESPONSE, {}, '520c000102'],
    ['as asked', WRITE | WRITE_NO_RESPONSE, { response: true }, '120c000102'],
  ])('goes %s (GATT/CL/GAW/BV-01-C, BV-03-C)', async (_name, properties, options, asked) => {
    const { clock, server, characteristic } = await fixture(properties, () => '13');
    await clock.run(characteristic.write(bytes(1, 2), options));
    await turn();
    expect(server.takeAsked()).toEqual([asked]);
  });

  it('takes text as UTF-8', async () => {
    const { clock, server, characteristic } = await fixture(WRITE, () => '13');
    await clock.run(characteristic.write('ü'));
    expect(server.takeAsked()).toEqual(['120c00c3bc']);
  });

  it.each([
    [READ, {}, /cannot be written; what it can: read/],
    [WRITE_NO_RESPONSE, { response: true }, /give \{ response: false \}/],
    [WRITE, { response: false }, /give \{ response: true \}/],
  ])('is an error where it cannot be done so (%d, %o)', async (properties, options, text) => {
    const { server, characteristic } = await fixture(properties, () => '13');
    await expect(characteristic.write('x', options)).rejects.toThrow(InvalidStateError);
    await expect(characteristic.write('x', options)).rejects.toThrow(text);
    expect(server.takeAsked()).toEqual([]);
  });

  it('cuts nothing: what is too long for a command or for any value is an error', async () => {
    const { server, characteristic } = await fixture(WRITE | WRITE_NO_RESPONSE, () => '13');
    await expect(characteristic.write(new Uint8Array(21), { response: false })).rejects.toThrow(
      InvalidArgumentError,
    );
    await expect(characteristic.write(new Uint8Array(513))).rejects.toThrow(InvalidArgumentError);
    expect(server.takeAsked()).toEqual([]);
  });

  it('without a response waits for room, and sends what was given', async () => {
    const { clock, server, characteristic } = await fixture(WRITE_NO_RESPONSE, () => undefined);
    server.channel.stall();
    const value = bytes(1, 2);
    const hasty = characteristic.write(value, { timeoutMs: 300 });
    const patient = characteristic.write(value);
    value.fill(0xff);
    let settled = false;
    void patient.then(() => {
      settled = true;
    });
    await turn();
    expect([settled, server.channel.waiting]).toEqual([false, 2]);
    server.channel.resume();
    await clock.run(Promise.all([hasty, patient]));
    await turn();
    expect(server.takeAsked()).toEqual(['520c000102', '520c000102']);
  });

  it('reports what the peer refuses (GATT/CL/GAW/BI-02-C to BI-06-C)', async () => {
    const { clock, characteristic } = await fixture(WRITE, () => '01120c0080');
    await expect(clock.run(characteristic.write('x'))).rejects.toMatchObject({ status: 0x80, handle: 0x0c });
  });
});

describe('a long write', () => {
  const echo: Script = (pdu) => (pdu.startsWith('16') ? `17${pdu.slice(2)}` : '19');

  it('prepares its parts and executes them (GATT/CL/GAW/BV-05-C)', async () => {
    const { clock, server, characteristic } = await fixture(WRITE | WRITE_NO_RESPONSE, echo);
    await clock.run(characteristic.write(Uint8Array.from({ length: 40 }, (_, i) => i)));
    expect(server.takeAsked()).toEqual([
      `160c000000${part(18, 0)}`,
      `160c001200${part(18, 18)}`,
      `160c002400${part(4, 36)}`,
      '1801',
    ]);
  });

  it('that is refused cancels its queue and reports (GATT/CL/GAW/BI-07-C to BI-13-C)', async () => {
    const { clock, server, characteristic } = await fixture(WRITE, (pdu) => {
      if (pdu.startsWith('160c001200')) return '01160c0009';
      return echo(pdu);
    });
    await expect(clock.run(characteristic.write(new Uint8Array(40)))).rejects.toMatchObject({ status: 0x09 });
    await turn();
    expect(server.takeAsked().map((pdu) => pdu.slice(0, 10))).toEqual(['160c000000', '160c001200', '1800']);
  });

  it.each([
    ['value', (pdu: string) => `17${pdu.slice(2, -2)}ff`],
    ['offset', (pdu: string) => `17${pdu.slice(2, 6)}0100${pdu.slice(10)}`],
    ['handle', (pdu: string) => `170e00${pdu.slice(6)}`],
    ['length', (pdu: string) => `17${pdu.slice(2, -2)}`],
  ])('is cancelled when the peer took down another %s (GATT/CL/GAW/BI-32-C)', async (_name, lie) => {
    const { clock, server, characteristic } = await fixture(WRITE, (pdu) =>
      pdu.startsWith('16') ? lie(pdu) : '19',
    );
    await expect(clock.run(characteristic.write(new Uint8Array(40)))).rejects.toThrow(/nothing was written/);
    await turn();
    expect(server.takeAsked().at(-1)).toBe('1800');
  });

  it('that gives up is told at once, and cancelled before the next begins', async () => {
    const { clock, server, characteristic } = await fixture(WRITE, () => undefined);
    const abort = new AbortController();
    const first = characteristic.write(new Uint8Array(40), { signal: abort.signal });
    const second = characteristic.write(
      Uint8Array.from({ length: 36 }, (_, i) => i),
      { timeoutMs: 5_000 },
    );
    await turn();
    abort.abort(new Error('enough'));
    await expect(first).rejects.toThrow('enough');
    await turn();
    expect(server.takeAsked().length).toBe(1);
    server.script = echo;
    server.send(`170c000000${'00'.repeat(18)}`);
    await clock.run(second);
    expect(server.takeAsked()).toEqual([
      '1800',
      `160c000000${part(18, 0)}`,
      `160c001200${part(18, 18)}`,
      '1801',
    ]);
  });

  it('that gives up before its execution has left is cancelled all the same', async () => {
    const { clock, server, characteristic } = await fixture(WRITE, echo);
    server.script = (pdu) => (pdu.startsWith('160c001200') ? undefined : echo(pdu));
    const abort = new AbortController();
    const write = characteristic.write(new Uint8Array(36), { signal: abort.signal });
    await turn();
    const between = server.bearer.request(Read, { attributeHandle: 1 }, { what: 'reading' }).catch(() => 0);
    server.script = () => undefined;
    server.send(`170c001200${'00'.repeat(18)}`);
    await turn();
    abort.abort(new Error('enough'));
    await expect(write).rejects.toThrow('enough');
    server.script = echo;
    server.send('0b00');
    await clock.run(between);
    await turn();
    expect(server.takeAsked().map((pdu) => pdu.slice(0, 10))).toEqual([
      '160c000000',
      '160c001200',
      '0a0100',
      '1800',
    ]);
  });

  it('waits for the one before it, within its deadline', async () => {
    const { clock, server, characteristic } = await fixture(WRITE, () => undefined);
    const first = characteristic.write(new Uint8Array(40), { timeoutMs: 5_000 }).catch(() => 'given up');
    const second = characteristic.write(new Uint8Array(40), { timeoutMs: 100 });
    await expect(clock.run(second)).rejects.toThrow(/another long write is under way/);
    const third = characteristic.write(new Uint8Array(36), { timeoutMs: 20_000 });
    await turn();
    server.script = echo;
    server.send(`170c000000${'00'.repeat(18)}`);
    await clock.run(Promise.all([first, third]));
    expect(server.takeAsked().filter((pdu) => pdu.startsWith('18'))).toEqual(['1801', '1801']);
  });
});
