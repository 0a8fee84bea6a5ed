import { describe, expect, it } from 'vitest';
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

type Options = CharacteristicOptions<TestConnection, false>;

const broken: Readonly<Record<string, () => never>> = {
  throws: () => {
    throw new Error('a bug of the user');
  },
  'rejects with no error': () => Promise.reject(undefined) as never,
  rejects: () => Promise.reject(new Error('a bug of the user')) as never,
  'never settles': () => new Promise(() => undefined) as never,
  'answers with nonsense': () => Symbol('nonsense') as never,
  'answers with a promise of nonsense': () => Promise.resolve({ length: 'long' }) as never,
};

/** Requests by the handler that they come to; the value stands at 0032. */
const requests: Readonly<Record<'onRead' | 'onWrite' | 'authorize', readonly string[][]>> = {
  onRead: [['0a 3200'], ['0c 3200 0000'], ['0e 0300 3200'], ['20 3200 0300'], ['08 0100 ffff 00aa']],
  onWrite: [['12 3200 01'], ['16 3200 0000 01', '18 01']],
  authorize: [
    ['0a 3200'],
    ['0c 3200 0000'],
    ['0e 0300 3200'],
    ['20 3200 0300'],
    ['08 0100 ffff 00aa'],
    ['12 3200 01'],
    ['16 3200 0000 01'],
    ['12 3300 0100'],
  ],
};

/** Nonsense means no refusal to a handler that gives nothing, and no permission to one that is asked for it. */
const accepted = (handler: string, fault: string): boolean =>
  handler === 'onWrite' && fault.includes('nonsense');

const cases = (Object.keys(requests) as (keyof typeof requests)[]).flatMap((handler) =>
  Object.keys(broken).map((fault) => ({ handler, fault })),
);

describe.each(cases)('a handler $handler that $fault', ({ handler, fault }) => {
  it.each(requests[handler].map((pdus) => ({ pdus })))('leaves $pdus with one answer', async ({ pdus }) => {
    const clock = new ManualClock();
    const server = newServer(clock, { handlerTimeoutMs: 1_000 });
    const service = new Service(0x1234);
    const options: Options = {
      read: true,
      write: true,
      notify: true,
      initial: bytes(7),
      [handler]: broken[fault],
    };
    const characteristic = new Characteristic<TestConnection>(service, 0xaa00, options);
    server.register(service);
    const client = new RawClient(clock, server);
    let answers: string[] = [];
    for (const pdu of pdus) answers = await client.ask(pdu);
    await clock.advance(1_000);
    await turn();
    answers.push(...client.channel.takeSent());
    expect(answers).toHaveLength(1);
    const opcode = pdus.at(-1)?.slice(0, 2);
    if (accepted(handler, fault)) expect(answers[0]?.slice(0, 2)).not.toBe('01');
    else if (handler === 'authorize' && fault.includes('nonsense'))
      expect(answers[0]).toMatch(new RegExp(`^01${opcode}3[23]0008$`));
    else expect(answers).toEqual([`01${opcode}00000e`]);
    expect(characteristic.read()).toEqual(accepted(handler, fault) ? bytes(1) : bytes(7));
    expect(await client.ask('0a 0300')).toHaveLength(1);
  });
});
