import { AttError, TimeoutError } from 'jelling';
import { expect, test } from 'vitest';
import {
  Code,
  confirmation,
  error,
  Request,
  read,
  readResponse,
  writeResponse,
} from '../../conformance/harness/att.ts';
import { Bench } from '../../conformance/harness/bench.ts';
import { type Hex, octet } from '../../conformance/harness/pdu.ts';
import { PeerDatabase } from '../../conformance/harness/peer-database.ts';
import { fromHex } from '../../support/hex.ts';

/** A client that has found a characteristic of a peer that says no more by itself. */
const scene = async () => {
  const bench = await Bench.central();
  bench.att.responder = new PeerDatabase([
    { uuid: 0xffb0, characteristics: [{ uuid: 0xb001, properties: 0x0a }, { uuid: 0xb002 }] },
  ]).answer;
  const service = await bench.run(bench.connection.service(0xffb0));
  const first = await bench.run(service.characteristic(0xb001));
  const second = await bench.run(service.characteristic(0xb002));
  bench.att.responder = undefined;
  return { bench, first, second };
};

const unexpected = ({ connection }: Bench): unknown => connection.counters['attUnexpectedResponses'];

/** Every response that there is, with something in it, and confirmations of nothing. */
const responses: readonly Hex[] = [
  '03 0002',
  '05 01 0100 0028',
  '07 0100 0500',
  '09 03 0100 64',
  '0b 64',
  '0d 64',
  '0f 64',
  '11 06 0100 0500 0f18',
  '13',
  '17 0300 0000 64',
  '19',
  '21 0100 64',
];

test('A8: responses that nobody asked for are counted and change nothing', async () => {
  const { bench, first } = await scene();
  await using _ = bench;
  for (const response of responses) bench.att.send(response);
  for (const request of Object.values(Request)) bench.att.send(error(request, 0, Code.invalidHandle));
  bench.att.send(confirmation);
  await bench.att.silent();
  expect(unexpected(bench)).toBe(responses.length + Object.values(Request).length);
  expect(bench.connection.counters).toMatchObject({ attUnexpectedConfirmations: 1, attMalformedPdus: 0 });
  expect(bench.connection.mtu).toBe(23);

  const asked = first.read();
  await bench.att.expect(read(first.handle));
  bench.att.send(readResponse('0102'));
  expect(await bench.run(asked)).toEqual(fromHex('0102'));
  await bench.verdict();
});

test('A8: while a request is on the air only its own response, or an error that names it, ends it', async () => {
  const { bench, first } = await scene();
  await using _ = bench;
  const asked = first.read();
  await bench.att.expect(read(first.handle));
  const others = responses.filter((response) => !response.startsWith('0b'));
  for (const response of others) bench.att.send(response);
  for (const request of Object.values(Request)) {
    if (request !== Request.read) bench.att.send(error(request, first.handle, Code.readNotPermitted));
  }
  await bench.att.silent();
  expect(unexpected(bench)).toBe(others.length + Object.values(Request).length - 1);
  bench.att.send(readResponse('0102'));
  expect(await bench.run(asked)).toEqual(fromHex('0102'));
  await bench.verdict();
});

test("A8: an answer that comes after its caller has given up is nobody's, least of all the next caller's", async () => {
  const { bench, first, second } = await scene();
  await using _ = bench;
  expect(await bench.failure(first.read({ timeoutMs: 500 }))).toBeInstanceOf(TimeoutError);
  await bench.att.expect(read(first.handle));
  const next = second.read({ timeoutMs: 5_000 });
  // The bearer is taken, so that the peer cannot answer the one for the other.
  await bench.att.silent();
  bench.att.send(readResponse('01'));
  await bench.att.expect(read(second.handle));
  bench.att.send(readResponse('02'));
  expect(await bench.run(next)).toEqual(fromHex('02'));
  expect(unexpected(bench)).toBe(0);
  await bench.verdict();
});

test('A8: a second answer to one request does not answer the next request', async () => {
  const { bench, first, second } = await scene();
  await using _ = bench;
  const one = first.read();
  await bench.att.expect(read(first.handle));
  bench.att.send(readResponse('01'));
  bench.att.send(readResponse('ff'));
  expect(await bench.run(one)).toEqual(fromHex('01'));
  expect(unexpected(bench)).toBe(1);
  const two = first.write(fromHex('02'));
  await bench.att.expect('12*');
  // Of the kind that the last request wanted, and this one does not.
  bench.att.send(readResponse('ff'));
  bench.att.send(writeResponse);
  await bench.run(two);
  const three = second.read();
  await bench.att.expect(read(second.handle));
  bench.att.send(readResponse('03'));
  expect(await bench.run(three)).toEqual(fromHex('03'));
  await bench.verdict();
});

test('A8: after 30 s without an answer the bearer is given up, and the link with it', async () => {
  const { bench, first } = await scene();
  await using _ = bench;
  bench.linkMayEnd = true;
  const asked = first.read({ timeoutMs: Number.POSITIVE_INFINITY });
  await bench.att.expect(read(first.handle));
  const failure = await bench.failure(asked);
  expect(failure).toBeInstanceOf(TimeoutError);
  expect(bench.connection.counters['attTransactionTimeouts']).toBe(1);
  await bench.run(bench.connection.disconnected());
  expect(bench.tester.isConnected).toBe(false);
});

test.each([
  ['of no octets behind the opcode', '01'],
  ['of no more than the request', '01 0a'],
  ['of half a handle', '01 0a 00'],
  ['without a code', '01 0a 0000'],
  ['with more than there is room for', '01 0a 0300 02 ff'],
])('A8: an error response %s ends its request as malformed, or nothing', async (_, response) => {
  const { bench, first } = await scene();
  await using __ = bench;
  const asked = first.read();
  await bench.att.expect(read(first.handle));
  bench.att.send(response);
  if (response === '01') {
    // It names no request.
    await bench.att.silent();
    bench.att.send(error(Request.read, first.handle, Code.readNotPermitted));
    expect(await bench.failure(asked)).toBeInstanceOf(AttError);
  } else expect(await bench.failure(asked)).toMatchObject({ code: 'BLE_MALFORMED_PDU' });
  await bench.verdict();
});

test('A8: codes that nobody knows reach the caller with their number', async () => {
  const { bench, first } = await scene();
  await using _ = bench;
  for (const code of [0x00, 0x15, 0x7f, 0x80, 0x9f, 0xa0, 0xe0, 0xff]) {
    const asked = first.read();
    await bench.att.expect(read(first.handle));
    bench.att.send(error(Request.read, first.handle, code));
    expect(await bench.failure(asked)).toMatchObject({
      status: code,
      message: expect.stringMatching(new RegExp(octet(code), 'i')),
    });
  }
  await bench.verdict();
});
