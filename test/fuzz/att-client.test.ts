import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AttBearer } from '../../src/att/att-bearer.ts';
import * as exchanges from '../../src/att/codec/exchanges.ts';
import { AttError, MalformedPduError } from '../../src/core/errors.ts';
import { Log } from '../../src/core/log.ts';
import { ManualClock } from '../../src/core/manual-clock.ts';
import type { Infer, Shape } from '../../src/core/pdu.ts';
import { parseUuid } from '../../src/core/uuid.ts';
import { FakeChannel } from '../support/fake-att-channel.ts';
import { isWholeResponse } from './att-oracle.ts';

const SEED = 0x0a77;
const MTU = 23;
const range = { startingHandle: 1, endingHandle: 0xffff };
const uuid = parseUuid(0x2803);

type Start = (bearer: AttBearer) => Promise<unknown>;

const start =
  <Q extends Shape, R>(exchange: exchanges.AttExchange<Q, R>, params: Infer<Q>): Start =>
  (bearer) =>
    bearer.request(exchange, params, { what: 'asking' });

/** Every exchange with the opcodes of its request and response, and how to start it. */
const all: readonly (readonly [number, number, Start])[] = [
  [0x04, 0x05, start(exchanges.FindInformation, range)],
  [
    0x06,
    0x07,
    start(exchanges.FindByTypeValue, { ...range, attributeType: 0x2800, attributeValue: new Uint8Array(2) }),
  ],
  [0x08, 0x09, start(exchanges.ReadByType, { ...range, attributeType: uuid })],
  [0x0a, 0x0b, start(exchanges.Read, { attributeHandle: 1 })],
  [0x0c, 0x0d, start(exchanges.ReadBlob, { attributeHandle: 1, valueOffset: 22 })],
  [0x0e, 0x0f, start(exchanges.ReadMultiple, { handles: [1, 2] })],
  [0x10, 0x11, start(exchanges.ReadByGroupType, { ...range, attributeGroupType: uuid })],
  [0x12, 0x13, start(exchanges.Write, { attributeHandle: 1, attributeValue: new Uint8Array(1) })],
  [
    0x16,
    0x17,
    start(exchanges.PrepareWrite, {
      attributeHandle: 1,
      valueOffset: 0,
      partAttributeValue: new Uint8Array(1),
    }),
  ],
  [0x18, 0x19, start(exchanges.ExecuteWrite, { flags: 1 })],
  [0x20, 0x21, start(exchanges.ReadMultipleVariable, { handles: [1, 2] })],
];

/** Goes through whatever a response gave, as a caller would; counts what it saw. */
const walk = (value: unknown): number => {
  let seen = 0;
  if (
    value !== null &&
    typeof value === 'object' &&
    Symbol.iterator in value &&
    !(value instanceof Uint8Array)
  ) {
    for (const item of value as Iterable<unknown>) seen += item === undefined ? 0 : 1;
  }
  return seen;
};

const play = async (request: number, response: number, begin: Start, pdu: Uint8Array): Promise<void> => {
  const channel = new FakeChannel(4);
  const clock = new ManualClock();
  const bearer = new AttBearer({ channel, clock, log: new Log(), peer: 'the peer', rxMtu: MTU });
  let result: unknown;
  const done = begin(bearer).then(
    (value) => {
      result = { value };
    },
    (error: unknown) => {
      result = { error };
    },
  );
  channel.takeSent();
  channel.deliver(pdu);
  await clock.advance(0);
  const [opcode, second] = pdu;
  if (opcode === response) {
    if (isWholeResponse(pdu, MTU)) {
      expect(result).toHaveProperty('value');
      expect(walk((result as { value: unknown }).value)).toBeLessThanOrEqual(MTU);
    } else expect(result).toMatchObject({ error: expect.any(MalformedPduError) });
  } else if (opcode === 0x01 && second === request) {
    expect(result).toMatchObject({ error: expect.any(pdu.length === 5 ? AttError : MalformedPduError) });
  } else {
    expect(result).toBeUndefined();
  }
  channel.disconnect();
  await done;
  expect(clock.pending).toBe(0);
};

test('every response at every length up to ATT_MTU + 2 completes its own request, well or as malformed', async () => {
  const fill = fc.sample(fc.uint8Array({ minLength: MTU + 2, maxLength: MTU + 2 }), {
    seed: SEED,
    numRuns: 64,
  });
  for (const [request, response, begin] of all) {
    for (let length = 1; length <= MTU + 2; length++) {
      for (const second of [0, 1, 2, 3, 4, 7, 18, 20, 21, 255]) {
        const pdu = (fill[(length * 7 + second) % fill.length] ?? new Uint8Array(0)).slice(0, length);
        pdu[0] = response;
        if (length > 1) pdu[1] = second;
        await play(request, response, begin, pdu);
      }
    }
  }
});

test('any PDU during any request: only its answer completes it', async () => {
  const opcodes = fc.constantFrom(
    ...all.map(([request]) => request),
    ...all.map(([, response]) => response),
    0x01,
    0x1b,
    0x1d,
    0x1e,
    0xff,
  );
  const pdus = fc
    .tuple(
      opcodes,
      fc.constantFrom(...all.map(([request]) => request), 0x00),
      fc.uint8Array({ maxLength: MTU }),
    )
    .map(([opcode, second, tail]) => Uint8Array.of(opcode, second, ...tail));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...all), pdus, ([request, response, begin], pdu) =>
      play(request, response, begin, pdu),
    ),
    { seed: SEED, numRuns: 2_000 },
  );
});

test('any run of calls, answers and passing time: every call settles, and one request at a time is on the air', async () => {
  const moves = fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant('ask' as const), timeoutMs: fc.integer({ min: 1, max: 40_000 }) }),
      fc.record({
        kind: fc.constant('answer' as const),
        pdu: fc.constantFrom([0x0b], [0x0b, 1], [1, 10, 0, 0, 10], [0x13], [1]),
      }),
      fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 20_000 }) }),
    ),
    { maxLength: 30 },
  );
  await fc.assert(
    fc.asyncProperty(moves, async (run) => {
      const channel = new FakeChannel(4);
      const clock = new ManualClock();
      const bearer = new AttBearer({ channel, clock, log: new Log(), peer: 'the peer' });
      const calls: Promise<unknown>[] = [];
      let settled = 0;
      let answers = 0;
      for (const move of run) {
        if (move.kind === 'ask') {
          const call = bearer.request(
            exchanges.Read,
            { attributeHandle: 1 },
            { what: 'asking', timeoutMs: move.timeoutMs },
          );
          calls.push(call.catch(() => undefined).then(() => settled++));
        } else if (move.kind === 'answer') {
          if (move.pdu[0] === 0x0b || (move.pdu[0] === 1 && move.pdu.length === 5)) answers++;
          channel.deliver(move.pdu);
        } else await clock.advance(move.ms);
        await clock.advance(0);
        expect(channel.sent.length).toBeLessThanOrEqual(answers + 1);
      }
      await clock.advance(80_000);
      expect(settled).toBe(calls.length);
      expect(clock.pending).toBe(0);
      channel.disconnect();
    }),
    { seed: SEED, numRuns: 500 },
  );
});
