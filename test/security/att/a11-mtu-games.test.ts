import { Characteristic, ManualClock, Service } from 'jelling';
import { expect, test } from 'vitest';
import { AttBearer } from '../../../src/att/att-bearer.ts';
import { Log } from '../../../src/core/log.ts';
import {
  mtuRequest,
  mtuResponse,
  notification,
  read,
  readResponse,
  write,
  writeResponse,
} from '../../conformance/harness/att.ts';
import { Bench } from '../../conformance/harness/bench.ts';
import { ramp, slice } from '../../conformance/harness/pdu.ts';
import { FakeChannel } from '../../support/fake-att-channel.ts';
import { fromHex } from '../../support/hex.ts';

const SMALLEST = 23;
const LARGEST = 517;
/** What a peer may say, and what ATT_MTU is then. */
const offers = [
  [0, SMALLEST],
  [1, SMALLEST],
  [22, SMALLEST],
  [23, SMALLEST],
  [24, 24],
  [517, LARGEST],
  [518, LARGEST],
  [0x7fff, LARGEST],
  [0xffff, LARGEST],
] as const;

const served = () => {
  const service = new Service(0xffb0);
  const value = new Characteristic(service, 0xb001, {
    read: true,
    write: true,
    notify: true,
    initial: fromHex(ramp(512)),
  });
  return { service, value };
};

test.each(offers)(
  'A11: a client that offers %i has an ATT_MTU of %i, and is sent nothing longer',
  async (offer, mtu) => {
    const { service, value } = served();
    await using bench = await Bench.peripheral({ services: [service] });
    await bench.att.exchange(mtuRequest(offer), mtuResponse(LARGEST));
    expect(bench.connection.mtu).toBe(mtu);
    await bench.att.exchange(read(value.handle), readResponse(slice(ramp(512), 0, mtu - 1)));
    await bench.verdict();
  },
);

test.each(offers)('A11: a server that offers %i has an ATT_MTU of %i', async (offer, mtu) => {
  await using bench = await Bench.central();
  const exchange = bench.connection.exchangeMtu();
  await bench.att.expect(mtuRequest(LARGEST));
  bench.att.send(mtuResponse(offer));
  expect(await bench.run(exchange)).toBe(mtu);
  // Once in a connection (Vol 3, Part F, 3.4.2.1).
  expect(await bench.run(bench.connection.exchangeMtu())).toBe(mtu);
  await bench.verdict();
});

test('A11: a second exchange in one direction is answered and changes nothing', async () => {
  const { service } = served();
  await using bench = await Bench.peripheral({ services: [service] });
  await bench.att.exchange(mtuRequest(100), mtuResponse(LARGEST));
  for (const offer of [23, 517, 0, 200]) {
    await bench.att.exchange(mtuRequest(offer), mtuResponse(LARGEST));
    expect(bench.connection.mtu).toBe(100);
  }
  expect(bench.connection.counters['attRepeatedMtuExchanges']).toBe(4);
  await bench.verdict();
});

test('A11: responses to an exchange that was not asked for, or was answered, change nothing', async () => {
  await using bench = await Bench.central();
  bench.att.send(mtuResponse(200));
  await bench.att.silent();
  expect(bench.connection.mtu).toBe(SMALLEST);
  const exchange = bench.connection.exchangeMtu();
  await bench.att.expect(mtuRequest(LARGEST));
  bench.att.send(mtuResponse(100));
  bench.att.send(mtuResponse(200));
  expect(await bench.run(exchange)).toBe(100);
  expect(bench.connection.counters['attUnexpectedResponses']).toBe(2);
  await bench.verdict();
});

test('A11: an exchange that is refused, or answered by nonsense, leaves 23, and the link works', async () => {
  for (const [answer, outcome] of [
    ['01 02 0000 06', SMALLEST],
    ['01 02 0000 04', 'BLE_ATT'],
    ['03', 'BLE_MALFORMED_PDU'],
    ['03 c8', 'BLE_MALFORMED_PDU'],
    ['03 c800 00', 'BLE_MALFORMED_PDU'],
  ] as const) {
    await using bench = await Bench.central();
    const exchange = bench.connection.exchangeMtu();
    await bench.att.expect(mtuRequest(LARGEST));
    bench.att.send(answer);
    const ended = await bench.run(exchange.catch(({ code }: { code: string }) => code));
    expect([answer, ended]).toEqual([answer, outcome]);
    expect(bench.connection.mtu).toBe(SMALLEST);
    await bench.att.exchange('0a 0100', '0b*');
    await bench.verdict();
  }
});

test('A11: the peer asks while our own exchange is on the air: both are answered, and both sides agree', async () => {
  const { service } = served();
  await using bench = await Bench.peripheral({ services: [service] });
  const exchange = bench.connection.exchangeMtu();
  await bench.att.expect(mtuRequest(LARGEST));
  await bench.att.exchange(mtuRequest(100), mtuResponse(LARGEST));
  bench.att.send(mtuResponse(100));
  expect(await bench.run(exchange)).toBe(100);
  expect(bench.connection.mtu).toBe(100);
  await bench.verdict();
});

test('A11: a PDU under way keeps the MTU it was begun with: an exchange in the midst of a long value mixes nothing up', async () => {
  await using bench = await Bench.central();
  const reading = bench.connection.readByUuid(0xb001);
  await bench.att.expect('08*');
  // The peer's own client raises the MTU before its server answers.
  await bench.att.exchange(mtuRequest(60), mtuResponse(LARGEST));
  bench.att.send(`09 15 0300 ${ramp(19)}`);
  // The value may be cut for what the server believed to be the MTU, and is asked for on from there, or is whole.
  for (;;) {
    const asked = await bench.att.next();
    if (asked.startsWith('0c'))
      bench.att.send(`0d ${slice(ramp(25), Number.parseInt(asked.slice(6, 8), 16))}`);
    else {
      expect(asked.startsWith('08')).toBe(true);
      bench.att.send('01 08 0400 0a');
      break;
    }
  }
  const [found] = await bench.run(reading);
  expect([19, 25]).toContain(found?.value.length);
  expect(found?.value).toEqual(fromHex(ramp(found?.value.length ?? 0)));
  await bench.verdict();
});

test('A11: notifications wait while our exchange is on the air, and none is longer than what comes of it', async () => {
  const { service, value } = served();
  await using bench = await Bench.peripheral({ services: [service] });
  await bench.att.exchange(write(value.configurationHandle, '0100'), writeResponse);
  const exchange = bench.connection.exchangeMtu();
  await bench.att.expect(mtuRequest(LARGEST));
  const long = value.notify(bench.connection, { value: new Uint8Array(40) });
  const short = value.notify(bench.connection, { value: new Uint8Array(20) });
  const failed = bench.failure(long);
  await bench.att.silent();
  bench.att.send(mtuResponse(30));
  await bench.run(exchange);
  expect(await failed).toMatchObject({ code: 'BLE_INVALID_ARGUMENT' });
  await bench.run(short);
  await bench.att.expect(notification(value.handle, '00'.repeat(20)));
  await bench.verdict();
});

test('A11: on an Enhanced bearer the MTU is that of its channel, and no exchange changes it', async () => {
  const channel = new FakeChannel(0x41);
  const clock = new ManualClock();
  const bearer = new AttBearer({ channel, clock, log: new Log(), peer: 'the tester', channelMtu: () => 100 });
  for (const [offer] of offers) {
    channel.deliver(fromHex(mtuRequest(offer)));
    await Promise.resolve();
    expect(channel.takeSent()).toEqual(['0102000006']);
    expect(bearer.mtu).toBe(100);
  }
  channel.deliver(fromHex(mtuResponse(200)));
  expect(await bearer.exchangeMtu()).toBe(100);
  expect(channel.takeSent()).toEqual([]);
  expect(bearer.counters).toMatchObject({ unsupportedRequests: offers.length, unexpectedResponses: 1 });
  channel.disconnect();
  expect(clock.pending).toBe(0);
});
