import {
  AttError,
  Characteristic,
  DisconnectedError,
  InvalidStateError,
  Service,
  TimeoutError,
} from 'jelling';
import { expect, test } from 'vitest';
import { MAX_WAITING_TRANSACTIONS } from '../../../src/att/transaction.ts';
import {
  confirmation,
  indication,
  read,
  readResponse,
  write,
  writeCommand,
  writeResponse,
} from '../../conformance/harness/att.ts';
import { Bench } from '../../conformance/harness/bench.ts';
import { type Hex, u16 } from '../../conformance/harness/pdu.ts';
import { PeerDatabase } from '../../conformance/harness/peer-database.ts';

/** A value whose reader lets the client wait until the test says so. */
const slowServer = async () => {
  const answers: (() => void)[] = [];
  const service = new Service(0xffb0);
  const slow = new Characteristic(service, 0xb001, {
    read: true,
    onRead: () => new Promise<string>((resolve) => answers.push(() => resolve('slow'))),
  });
  const written: string[] = [];
  const log = new Characteristic(service, 0xb002, {
    read: true,
    write: true,
    writeNoResponse: true,
    initial: 'log',
    onWrite: (value) => void written.push(new TextDecoder().decode(value)),
  });
  const bench = await Bench.peripheral({ services: [service] });
  const answer = async (): Promise<void> => {
    answers.shift()?.();
    await bench.clock.advance(0);
  };
  return { bench, slow, log, written, answers, answer };
};

test('A9: requests that do not wait for the answer to the last are dropped while it is in work, and the one is answered', async () => {
  const { bench, slow, log, written, answers, answer } = await slowServer();
  await using _ = bench;
  bench.att.send(read(slow.handle));
  for (let i = 0; i < 10_000; i++) {
    bench.att.send(i % 2 === 0 ? read(log.handle) : write(log.handle, '78'));
    if (i % 100 === 0) await bench.clock.advance(0);
  }
  await bench.att.silent();
  expect(answers).toHaveLength(1);
  expect(written).toEqual([]);
  expect(bench.connection.counters['attRequestsOutOfTurn']).toBe(10_000);
  await answer();
  await bench.att.expect(readResponse('736c6f77'));
  // In turn again.
  await bench.att.exchange(read(log.handle), readResponse('6c6f67'));
  await bench.verdict();
});

test('A9: a few requests sent together that need no waiting are each answered, in their order', async () => {
  const { bench, log } = await slowServer();
  await using _ = bench;
  for (let i = 0; i < 8; i++) bench.att.send(i % 2 === 0 ? read(log.handle) : write(log.handle, '6c6f67'));
  for (let i = 0; i < 8; i++) await bench.att.expect(i % 2 === 0 ? readResponse('6c6f67') : writeResponse);
  await bench.verdict();
});

test('A9: commands do not wait for the request in work, and it is answered all the same', async () => {
  const { bench, slow, log, written, answer } = await slowServer();
  await using _ = bench;
  bench.att.send(read(slow.handle));
  bench.att.send(writeCommand(log.handle, '61'));
  bench.att.send(writeCommand(log.handle, '62'));
  await bench.att.silent();
  expect(written).toEqual(['a', 'b']);
  await answer();
  await bench.att.expect(readResponse('736c6f77'));
  await bench.verdict();
});

test('A9: an MTU exchange in the midst of a request, and a request in the midst of an exchange, are each by itself', async () => {
  const { bench, slow, answer } = await slowServer();
  await using _ = bench;
  bench.att.send(read(slow.handle));
  bench.att.send('02 c800');
  await bench.att.silent();
  await answer();
  await bench.att.expect(readResponse('736c6f77'));
  await bench.att.exchange('02 c800', '03 ....');
  expect(bench.connection.mtu).toBe(200);
  await bench.verdict();
});

test('A9: answers that the controller has no room for are few, however many requests come, and the rest are dropped', async () => {
  const service = new Service(0xffb0);
  const value = new Characteristic(service, 0xb001, { read: true, initial: new Uint8Array(20) });
  await using bench = await Bench.peripheral({ services: [service], controller: { aclCount: 1 } });
  const heard: Hex[] = [];
  bench.att.responder = (pdu) => {
    heard.push(pdu);
    return undefined;
  };
  const requests = 200;
  for (let i = 0; i < requests; i++) bench.att.send(read(value.handle));
  await bench.clock.advance(100);
  expect(new Set(heard)).toEqual(new Set([readResponse('00'.repeat(20))]));
  expect(heard.length).toBeGreaterThan(0);
  expect(bench.connection.counters['attAnswersDropped']).toBe(requests - heard.length);
  expect(heard.length).toBeLessThan(requests / 2);
  expect(bench.tester.isConnected).toBe(true);
});

test('A9: indications that do not wait for the confirmation are each confirmed, and none is lost', async () => {
  await using bench = await Bench.central();
  bench.att.responder = new PeerDatabase([
    { uuid: 0xffb0, characteristics: [{ uuid: 0xb001, properties: 0x22, descriptors: [0x2902] }] },
  ]).answer;
  const service = await bench.run(bench.connection.service(0xffb0));
  const remote = await bench.run(service.characteristic(0xb001));
  bench.att.responder = (pdu) => (pdu.startsWith('12') ? writeResponse : undefined);
  const subscribed = remote.subscribe({ indicate: true });
  bench.att.responder = (pdu) =>
    pdu.startsWith('12')
      ? writeResponse
      : pdu.startsWith('04')
        ? `05 01 ${u16(remote.handle + 1)} 0229`
        : undefined;
  await bench.run(subscribed);
  const sent: Hex[] = [];
  for (let i = 0; i < 5; i++) {
    sent.push(`0${i}`);
    bench.att.send(indication(remote.handle, `0${i}`));
  }
  for (const _ of sent) await bench.att.expect(confirmation);
  const got: number[] = [];
  for (const _ of sent) got.push(...(await bench.run(remote.indicated())));
  expect(got).toEqual([0, 1, 2, 3, 4]);
  await bench.verdict();
});

test('A9: a client that never confirms holds up its own indications alone, and costs it the link after 30 s', async () => {
  const service = new Service(0xffb0);
  const value = new Characteristic(service, 0xb001, {
    read: true,
    notify: true,
    indicate: true,
    initial: '0',
  });
  await using bench = await Bench.peripheral({ services: [service] });
  bench.linkMayEnd = true;
  const { att, connection } = bench;
  await att.exchange(write(value.configurationHandle, '0300'), writeResponse);
  const first = value.indicate(connection, { timeoutMs: 500 });
  const failure = bench.failure(first);
  await att.expect(indication(value.handle, '30'));
  expect(await failure).toBeInstanceOf(TimeoutError);
  // Others wait for the confirmation, in their own time; requests and notifications go on.
  expect(await bench.failure(value.indicate(connection, { timeoutMs: 500 }))).toBeInstanceOf(TimeoutError);
  await att.exchange(read(value.handle), readResponse('30'));
  await bench.run(value.notify(connection));
  await att.expect('1b*');
  const many = Array.from({ length: MAX_WAITING_TRANSACTIONS + 1 }, () =>
    value.indicate(connection, { timeoutMs: Number.POSITIVE_INFINITY }).catch((error: unknown) => error),
  );
  expect(await bench.run(connection.disconnected())).toBeInstanceOf(DisconnectedError);
  const ends = await bench.run(Promise.all(many));
  expect(ends.filter((end) => end instanceof InvalidStateError)).toHaveLength(1);
  for (const end of ends) expect(end).not.toBeInstanceOf(AttError);
  expect(bench.iut.counters['attTransactionTimeouts']).toBe(1);
});
