import fc from 'fast-check';
import {
  Characteristic,
  InvalidArgumentError,
  MalformedPduError,
  MemoryIdentityStore,
  open,
  Service,
} from 'jelling';
import { createAir } from 'jelling/virtual';
import { expect, test } from 'vitest';
import { readMultipleVariableValues } from '../../../src/att/codec/response-lists.ts';
import { multipleHandleValues } from '../../../src/att/codec/value-pdus.ts';
import {
  confirmation,
  error,
  executeWrite,
  indication,
  notification,
  prepareWrite,
  Request,
  write,
  writeResponse,
} from '../../conformance/harness/att.ts';
import { Bench } from '../../conformance/harness/bench.ts';
import { bytes, type Hex, hex, ramp, slice, u16, u16At } from '../../conformance/harness/pdu.ts';
import { PeerDatabase } from '../../conformance/harness/peer-database.ts';

const MAX = 512;
const LARGEST_MTU = 517;

/** A client at the largest MTU that knows two characteristics of its peer. */
const client = async () => {
  const bench = await Bench.central();
  await bench.exchangeMtu('iut', LARGEST_MTU);
  const database = new PeerDatabase([
    {
      uuid: 0xffb0,
      characteristics: [
        { uuid: 0xb001, properties: 0x3a, descriptors: [0x2902] },
        { uuid: 0xb002, properties: 0x0a },
      ],
    },
  ]);
  bench.att.responder = (pdu) => (pdu.startsWith('12') ? writeResponse : database.answer(pdu));
  const service = await bench.run(bench.connection.service(0xffb0));
  const [first, second] = await bench.run(service.characteristics());
  if (first === undefined || second === undefined) throw new Error('not found');
  return { bench, first, second };
};

test.each([
  ['in full parts', LARGEST_MTU - 1],
  ['in parts of one octet less than the rest', 256],
])('A12: a value that never ends is given up at 512 octets (%s)', async (_, part) => {
  const { bench, first } = await client();
  await using __ = bench;
  let asked = 0;
  bench.att.responder = (pdu) => {
    asked++;
    const full = '00'.repeat(LARGEST_MTU - 1);
    return pdu.startsWith('0a') ? `0b${full.slice(0, 2 * part)}` : `0d${full}`;
  };
  const outcome = await bench.run(first.read().then(hex, (error: unknown) => error));
  // A part that does not fill its PDU is the last.
  if (part === 256) expect(outcome).toBe('00'.repeat(256));
  else expect(outcome).toBeInstanceOf(MalformedPduError);
  expect(asked).toBeLessThanOrEqual(2);
});

test('A12: a value that never ends is given up at 512 octets also at the smallest MTU', async () => {
  await using bench = await Bench.central();
  let asked = 0;
  bench.att.responder = (pdu) => {
    asked++;
    if (pdu.startsWith('08')) return u16At(pdu, 1) === 1 ? `09 15 0100 ${'00'.repeat(19)}` : '01 08 0200 0a';
    return `0d ${'00'.repeat(22)}`;
  };
  expect(await bench.failure(bench.connection.readByUuid(0xb001))).toBeInstanceOf(MalformedPduError);
  expect(asked).toBeLessThan(30);
});

test('A12: a value in one PDU that is longer than any attribute is no value', async () => {
  const { bench, first } = await client();
  await using _ = bench;
  await bench.run(first.subscribe({ notify: true, indicate: true }));
  bench.att.responder = undefined;
  for (const length of [513, 514]) {
    bench.att.send(notification(first.handle, ramp(length)));
    await bench.att.exchange(indication(first.handle, ramp(length)), confirmation);
  }
  expect(bench.connection.counters['attMalformedPdus']).toBe(4);
  bench.att.send(notification(first.handle, ramp(MAX)));
  expect(hex(await bench.run(first.notified()))).toBe(ramp(MAX));
  await bench.att.exchange(indication(first.handle, ramp(MAX)), confirmation);
  expect(hex(await bench.run(first.indicated()))).toBe(ramp(MAX));
  await bench.verdict();
});

test('A12: a server takes no value longer than 512 octets in whatever way, and sends none', async () => {
  const service = new Service(0xffb0);
  const value = new Characteristic(service, 0xb001, {
    read: true,
    write: true,
    writeNoResponse: true,
    notify: true,
    indicate: true,
    initial: 'before',
  });
  await using bench = await Bench.peripheral({ services: [service] });
  const { att, connection } = bench;
  await bench.exchangeMtu('tester', LARGEST_MTU);
  for (const length of [513, 514])
    await att.exchange(write(value.handle, ramp(length)), error(Request.write, value.handle, 0x0d));
  att.send(`52${u16(value.handle)}${ramp(514)}`);
  await att.exchange(prepareWrite(value.handle, 0, ramp(MAX)), '17*');
  await att.exchange(prepareWrite(value.handle, MAX, '00'), '17*');
  await att.exchange(executeWrite, error(Request.executeWrite, value.handle, 0x0d));
  expect(new TextDecoder().decode(value.read())).toBe('before');

  await att.exchange(write(value.configurationHandle, '0300'), writeResponse);
  for (const length of [513, 514]) {
    const long = { value: new Uint8Array(length) };
    await expect(value.notify(connection, long)).rejects.toThrow(InvalidArgumentError);
    await expect(value.indicate(connection, long)).rejects.toThrow(InvalidArgumentError);
    expect(() => value.write(long.value)).toThrow(InvalidArgumentError);
  }
  await bench.run(value.notify(connection, { value: bytes(ramp(MAX)) }));
  await att.expect(notification(value.handle, ramp(MAX)));
  await bench.verdict();
});

test('A12: a name has 248 octets at most: ours, however it is written, and what a peer says is just a value', async () => {
  const transport = () => createAir().createController().connect();
  const options = { identityStore: new MemoryIdentityStore() };
  await expect(open(transport(), { ...options, name: 'x'.repeat(249) })).rejects.toThrow(
    InvalidArgumentError,
  );
  await expect(open(transport(), { ...options, name: '\u00e9'.repeat(125) })).rejects.toThrow(
    InvalidArgumentError,
  );
  await (await open(transport(), { ...options, name: 'x'.repeat(248) })).close();

  await using bench = await Bench.central();
  const longName = ramp(512);
  bench.att.responder = (pdu) => {
    if (pdu.startsWith('08'))
      return u16At(pdu, 1) === 1 ? `09 15 0300 ${slice(longName, 0, 19)}` : '01 08 0400 0a';
    const from = u16At(pdu, 3);
    return `0d ${slice(longName, from, from + 22)}`;
  };
  const [name] = await bench.run(bench.connection.readByUuid(0x2a00));
  expect(hex(name?.value ?? bytes(''))).toBe(longName);
});

/** Tuples as they stand in ATT_MULTIPLE_HANDLE_VALUE_NTF, and what becomes of them. */
const lyingTuples: readonly (readonly [string, Hex])[] = [
  ['one tuple', '0300 0100 aa'],
  ['a length past the end', '0300 0100 aa 0500 0200 bb'],
  ['a length of 0xFFFF', '0300 ffff aa bb cc dd'],
  ['half a handle', '0300 0100 aa 05'],
  ['half a length', '0300 0100 aa 0500 01'],
  ['nothing', ''],
  ['octets behind the last', '0300 0100 aa 0500 0100 bb cc'],
];

test.each(lyingTuples)('A12: a notification of several values with %s has no effect', async (_, tuples) => {
  const { bench, first } = await client();
  await using __ = bench;
  await bench.run(first.subscribe({ notify: true }));
  expect(first.handle).toBe(3);
  bench.att.send(`23 ${tuples}`);
  await bench.att.silent();
  expect(await bench.failure(first.notified({ timeoutMs: 1 }))).toMatchObject({ code: 'BLE_TIMEOUT' });
  expect(bench.connection.counters).toMatchObject({ attMalformedPdus: 1, gattUnknownHandles: 0 });
  bench.att.send(`23 ${u16(first.handle)} 0100 aa ${u16(first.handle)} 0000`);
  expect(hex(await bench.run(first.notified()))).toBe('aa');
  expect(hex(await bench.run(first.notified()))).toBe('');
});

test.each<readonly [string, Hex, 'values' | 'malformed' | 'one by one']>([
  ['with two whole values', '0100 aa 0200 bbcc', 'values'],
  ['with a value more than was asked for', '0100 aa 0200 bbcc 0100 dd', 'malformed'],
  ['with nothing', '', 'malformed'],
  ['with half a length', '01', 'malformed'],
])('A12: a response of several values %s', async (_, values, becomes) => {
  const { bench, first, second } = await client();
  await using __ = bench;
  bench.att.responder = (pdu) => (pdu.startsWith('20') ? `21 ${values}` : undefined);
  const outcome = await bench.run(
    bench.connection.readMultiple([first, second]).then(
      (read) => read.map(hex),
      (error: unknown) => error,
    ),
  );
  if (becomes === 'values') expect(outcome).toEqual(['aa', 'bbcc']);
  else expect(outcome).toBeInstanceOf(MalformedPduError);
});

test('A12: lists of values with lengths in front, of any octets: read to the end exactly, or refused', () => {
  let whole = 0;
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.boolean(), (octets, small) => {
      // Small lengths, so that some are right.
      const tail = small ? octets.map((octet, i) => (i % 2 === 0 ? octet % 3 : 0)) : octets;
      const notified = Uint8Array.of(0x23, ...tail);
      try {
        const values = multipleHandleValues(notified);
        whole++;
        expect(values.reduce((sum, { attributeValue }) => sum + 4 + attributeValue.length, 1)).toBe(
          notified.length,
        );
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedPduError);
      }
      const response = Uint8Array.of(0x21, ...tail);
      try {
        const { values, complete } = readMultipleVariableValues(response);
        const read = values.reduce((sum, value) => sum + 2 + value.length, 1);
        if (complete) expect(read).toBe(response.length);
        else expect(read).toBeGreaterThanOrEqual(response.length - 1);
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedPduError);
      }
    }),
    { seed: 0xa12, numRuns: 2_000 },
  );
  expect(whole).toBeGreaterThan(10);
});
