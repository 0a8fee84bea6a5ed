import { Characteristic, Service } from 'jelling';
import { expect, test } from 'vitest';
import { PREPARED_LIMIT, PREPARED_TOTAL_OCTETS } from '../../../src/gatt/server/prepared-writes.ts';
import {
  cancelWrite,
  error,
  executeWrite,
  executeWriteResponse,
  prepareWrite,
  prepareWriteResponse,
  Request,
} from '../../conformance/harness/att.ts';
import { Bench } from '../../conformance/harness/bench.ts';
import { type Hex, hex, octetAt, u16At } from '../../conformance/harness/pdu.ts';
import { prepare } from '../../conformance/harness/steps.ts';
import { ManualClock, newServer, RawClient } from '../../support/gatt-pair.ts';

const PREPARE_QUEUE_FULL = 0x09;
const UNLIKELY_ERROR = 0x0e;
const IDLE_MS = 30_000;

const twoValues = () => {
  const service = new Service(0xffb0);
  const first = new Characteristic(service, 0xb001, { read: true, write: true, initial: 'first' });
  const second = new Characteristic(service, 0xb002, {
    read: true,
    write: true,
    maxLength: 4,
    initial: 'two',
  });
  const readOnly = new Characteristic(service, 0xb003, { read: true, initial: 'three' });
  return { service, first, second, readOnly };
};

const text = (characteristic: Characteristic): string => new TextDecoder().decode(characteristic.read());

test.each([
  ['of 18 octets', 'aa'.repeat(18)],
  ['of one octet', 'aa'],
  ['of no octet', ''],
])(
  'A5: ten thousand prepared parts %s are a bounded queue and as many honest answers',
  async (_, part) => {
    const { service, first } = twoValues();
    await using bench = await Bench.peripheral({ services: [service] });
    const answers: Hex[] = [];
    bench.att.responder = (pdu) => {
      answers.push(pdu);
      return undefined;
    };
    const ask = async (pdu: Hex): Promise<Hex> => {
      answers.length = 0;
      bench.att.send(pdu);
      await bench.clock.advance(0);
      return answers.join();
    };
    const full = error(Request.prepareWrite, first.handle, PREPARE_QUEUE_FULL);
    const request = prepareWrite(first.handle, 0, part);
    const granted = prepareWriteResponse(first.handle, 0, part);
    let taken = 0;
    while ((await ask(request)) === granted) taken++;
    expect(taken).toBe(
      Math.min(PREPARED_LIMIT.entries, Math.floor(PREPARED_LIMIT.octets / Math.max(1, part.length / 2))),
    );
    for (let i = taken + 1; i < 10_000; i++) {
      bench.att.send(request);
      if (i % 100 === 0) await bench.clock.advance(0);
    }
    expect(await ask(request)).toContain(full);
    expect(bench.iut.counters['gattPrepareQueueFull']).toBeGreaterThan(9_000);
    // What was queued is what is written; there is room again then.
    expect(await ask(executeWrite)).toBe(executeWriteResponse);
    expect(await ask(request)).toBe(granted);
    expect(bench.tester.isConnected).toBe(true);
  },
  30_000,
);

test('A5: clients that fill their queues together leave the host a bound, and one that leaves gives its share back', async () => {
  const clock = new ManualClock();
  const server = newServer(clock);
  const { service, first } = twoValues();
  server.register(service);
  const part = 'aa'.repeat(18);
  const request = prepareWrite(first.handle, 0, part);
  const fill = async (client: RawClient): Promise<number> => {
    for (let taken = 0; ; taken++)
      if (!(await client.ask(request)).includes(prepareWriteResponse(first.handle, 0, part))) return taken;
  };
  const clients = Array.from({ length: 30 }, () => new RawClient(clock, server));
  let parts = 0;
  for (const client of clients) parts += await fill(client);
  expect(parts * 18).toBeLessThanOrEqual(PREPARED_TOTAL_OCTETS);
  expect(parts * 18).toBeGreaterThan(PREPARED_TOTAL_OCTETS / 4);
  const late = new RawClient(clock, server);
  expect(await fill(late)).toBeLessThan(PREPARED_LIMIT.entries);
  clients[0]?.connection.disconnect();
  expect(await fill(late)).toBeGreaterThan(0);
  for (const client of [...clients, late]) client.connection.disconnect();
  expect(clock.pending).toBe(0);
});

test('A5: a queue is emptied by its client, by its end, and by its silence', async () => {
  const clock = new ManualClock();
  const server = newServer(clock);
  const { service, first } = twoValues();
  server.register(service);
  const request = prepareWrite(first.handle, 0, 'aa');
  const client = new RawClient(clock, server);
  await client.ask(request);
  expect(await client.ask(cancelWrite)).toEqual(['19']);
  expect(await client.ask(executeWrite)).toEqual(['19']);
  expect(text(first)).toBe('first');

  await client.ask(request);
  client.connection.disconnect();
  const again = new RawClient(clock, server);
  expect(await again.ask(executeWrite)).toEqual(['19']);
  expect(text(first)).toBe('first');

  await again.ask(request);
  await clock.advance(IDLE_MS);
  expect(server.counters.preparedWritesExpired).toBe(1);
  // It is told, for what it believes to be prepared is not; then all begins anew.
  expect(await again.ask(executeWrite)).toEqual([error(Request.executeWrite, 0, UNLIKELY_ERROR)]);
  expect(text(first)).toBe('first');
  expect(await again.ask(executeWrite)).toEqual(['19']);
  again.connection.disconnect();
  expect(clock.pending).toBe(0);
});

test('A5: of parts for several attributes none is written unless all can be', async () => {
  const { service, first, second, readOnly } = twoValues();
  await using bench = await Bench.peripheral({ services: [service] });
  const { att } = bench;
  const octets = hex(new TextEncoder().encode('other'));
  const state = () => [first, second, readOnly].map(text);
  const before = state();

  // The second value may have four octets.
  await prepare(att, first.handle, octets);
  await prepare(att, second.handle, octets);
  const refused = await att.exchange(executeWrite, '01 18 .... ..');
  expect([u16At(refused, 2), octetAt(refused, 4)]).toEqual([second.handle, 0x0d]);
  expect(state()).toEqual(before);

  // A gap.
  await prepare(att, first.handle, octets);
  await prepare(att, second.handle, '01', 2);
  await prepare(att, second.handle, '01', 4);
  await att.exchange(executeWrite, '01 18 .... ..');
  expect(state()).toEqual(before);

  // One that may not be written is refused at once, and the others wait for the client's word.
  await prepare(att, first.handle, octets);
  await att.exchange(
    prepareWrite(readOnly.handle, 0, '01'),
    error(Request.prepareWrite, readOnly.handle, 0x03),
  );
  await att.exchange(cancelWrite, executeWriteResponse);
  expect(state()).toEqual(before);
  await att.exchange(executeWrite, executeWriteResponse);
  expect(state()).toEqual(before);
  await bench.verdict();
});
