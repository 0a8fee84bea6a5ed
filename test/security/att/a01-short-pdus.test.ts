import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AttBearer } from '../../../src/att/att-bearer.ts';
import { BleError, MalformedPduError } from '../../../src/core/errors.ts';
import type { GattClient } from '../../../src/gatt/client/gatt-client.ts';
import { Bench } from '../../conformance/harness/bench.ts';
import { type Hex, hex, octet, octetAt, size } from '../../conformance/harness/pdu.ts';
import { testServices } from '../../conformance/harness/services.ts';
import { isWholeResponse, verdictOn } from '../../fuzz/att-oracle.ts';
import { bytes, inOrder, ManualClock, ScriptedServer } from '../../support/gatt-pair.ts';

const SEED = 0xa1;
const MTU = 23;

const fills = (count: number): readonly Uint8Array[] =>
  fc.sample(fc.uint8Array({ minLength: MTU + 2, maxLength: MTU + 2 }), { seed: SEED, numRuns: count });

/** A PDU of an opcode at a length, with what comes behind the opcode by chance. */
const pduOf = (opcode: number, length: number, fill: Uint8Array): Uint8Array => {
  const pdu = fill.slice(0, length);
  if (length > 0) pdu[0] = opcode;
  return pdu;
};

/** Whether an answer is the right one; what a handler answers is its affair, as long as it is no complaint about the form. */
const isRight = (pdu: Uint8Array, answers: readonly Hex[]): boolean => {
  const opcode = pdu[0] ?? 0;
  const [answer = ''] = answers;
  switch (verdictOn(pdu, MTU)) {
    case 'silence':
      return answers.length === 0;
    case 'confirmation':
      return answers.length === 1 && answer === '1e';
    case 'invalidPdu':
      return answers.length === 1 && answer === `01${octet(opcode)}000004`;
    case 'notSupported':
      return answers.length === 1 && answer === `01${octet(opcode)}000006`;
    case 'answer': {
      if (answers.length !== 1 || size(answer) > MTU) return false;
      // The flags of Execute Write are 0 or 1, and no others have a meaning (3.4.6.3).
      if (opcode === 0x18 && (pdu[1] ?? 0) > 1) return answer === '0118000004';
      const refused = octetAt(answer, 0) === 0x01;
      return refused
        ? size(answer) === 5 && octetAt(answer, 1) === opcode && octetAt(answer, 4) !== 0x04
        : octetAt(answer, 0) === opcode + 1;
    }
  }
};

test.each(['peripheral', 'central'] as const)(
  'A1: a server takes every opcode at every length from 0 to ATT_MTU + 2 as the specification says (as %s)',
  async (role) => {
    const { services } = testServices();
    await using bench = await Bench[role]({ services });
    const { att } = bench;
    let heard: Hex[] = [];
    att.responder = (pdu) => {
      heard.push(pdu);
      return undefined;
    };
    const fill = fills(256);
    const wrong: unknown[] = [];
    for (let opcode = 0; opcode <= 0xff; opcode++) {
      for (let length = 0; length <= MTU + 2; length++) {
        // The exchange may be made once, and would make longer PDUs right.
        if (opcode === 0x02 && length === 3) continue;
        const pdu = pduOf(opcode, length, fill[(opcode * 31 + length) % fill.length] ?? new Uint8Array(0));
        heard = [];
        att.send(hex(pdu));
        await bench.clock.advance(0);
        if (!isRight(pdu, heard)) wrong.push([hex(pdu), heard]);
      }
    }
    expect(wrong).toEqual([]);
    expect(bench.tester.isConnected).toBe(true);
    expect(bench.connection.mtu).toBe(MTU);
    expect(bench.iut.counters['attHandlerErrors']).toBe(0);
  },
  60_000,
);

/** Calls of a client that begin with one request, by the opcodes of that and of its response. */
const calls: readonly (readonly [
  Hex,
  number,
  (client: GattClient, bearer: AttBearer) => Promise<unknown>,
])[] = [
  ['10', 0x11, (client) => client.services()],
  ['06', 0x07, (client) => client.service(0x180f)],
  ['08', 0x09, (client) => client.readByUuid(0x2a19)],
  ['02', 0x03, (_, bearer) => bearer.exchangeMtu()],
];

test('A1: a client ends the call with MalformedPduError, and nothing else, when a response has the wrong length', async () => {
  const fill = fills(64);
  for (const [request, response, call] of calls) {
    for (let length = 1; length <= MTU + 2; length++) {
      for (const second of [0, 1, 2, 3, 4, 6, 7, 20, 21, 255]) {
        const pdu = pduOf(response, length, fill[(length * 7 + second) % fill.length] ?? new Uint8Array(0));
        if (length > 1) pdu[1] = second;
        const clock = new ManualClock();
        let asked = 0;
        const server = new ScriptedServer(clock, (got) => {
          const answered = got.startsWith(request) && asked++ === 0;
          return answered ? hex(pdu) : `01${got.slice(0, 2)}00000a`;
        });
        const outcome: unknown = await clock.run(
          call(server.client, server.bearer).then(
            () => 'value',
            (error: unknown) => error,
          ),
        );
        const whole = response === 0x03 ? length === 3 : isWholeResponse(pdu, MTU);
        if (!whole) expect([hex(pdu), outcome]).toEqual([hex(pdu), expect.any(MalformedPduError)]);
        else if (outcome !== 'value') expect(outcome).toBeInstanceOf(BleError);
        // The transaction was ended all the same, and the next one works.
        server.script = inOrder(['080100ffff002a', '0903010041'], ['080200ffff002a', '010802000a']);
        expect(await clock.run(server.client.readByUuid(0x2a00))).toMatchObject([{ value: bytes(0x41) }]);
        server.channel.disconnect();
        expect(clock.pending).toBe(0);
      }
    }
  }
}, 60_000);
