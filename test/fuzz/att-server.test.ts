import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AttBearer } from '../../src/att/att-bearer.ts';
import type { AttServerRequest } from '../../src/att/codec/requests.ts';
import { encodePacket, ReadResponse } from '../../src/att/codec/responses.ts';
import { toHex } from '../../src/core/bytes.ts';
import { Log } from '../../src/core/log.ts';
import { ManualClock } from '../../src/core/manual-clock.ts';
import { FakeChannel } from '../support/fake-att-channel.ts';

const SEED = 0x0a77;
const MTU = 23;

/** Lengths of each request by the tables of Vol 3, Part F, 3.4, opcode included: an oracle that knows nothing of the codec. */
const requestLengths: Readonly<Record<number, (length: number) => boolean>> = {
  2: (length) => length === 3,
  4: (length) => length === 5,
  6: (length) => length >= 7,
  8: (length) => length === 7 || length === 21,
  10: (length) => length === 3,
  12: (length) => length === 5,
  14: (length) => length >= 5 && length % 2 === 1,
  16: (length) => length === 7 || length === 21,
  18: (length) => length >= 3,
  22: (length) => length >= 5,
  24: (length) => length === 2,
  32: (length) => length >= 5 && length % 2 === 1,
};
/** What goes to the client's side of the host. */
const toClient = new Set([
  0x01, 0x03, 0x05, 0x07, 0x09, 0x0b, 0x0d, 0x0f, 0x11, 0x13, 0x17, 0x19, 0x1b, 0x1d, 0x1e, 0x21, 0x23,
]);

const expectedAnswer = (pdu: Uint8Array): string[] => {
  const [opcode] = pdu;
  if (opcode === undefined) return [];
  if (opcode === 0x1d) return ['1e'];
  if (toClient.has(opcode) || (opcode & 0x40) !== 0) return [];
  const name = toHex(Uint8Array.of(opcode));
  // Too long is malformed whatever it is.
  if (pdu.length > MTU) return [`01${name}000004`];
  const fits = requestLengths[opcode];
  if (fits === undefined) return [`01${name}000006`];
  if (!fits(pdu.length)) return [`01${name}000004`];
  return opcode === 0x02 ? ['031700'] : ['0b01'];
};

const makeServer = () => {
  const channel = new FakeChannel(4);
  const clock = new ManualClock();
  const bearer = new AttBearer({ channel, clock, log: new Log(), peer: 'the peer', rxMtu: MTU });
  const requests: AttServerRequest[] = [];
  bearer.server = {
    handleRequest: (request) => {
      requests.push(request);
      return encodePacket(ReadResponse, { attributeValue: Uint8Array.of(1) });
    },
    handleCommand: () => undefined,
  };
  bearer.valueReceiver = () => undefined;
  return { channel, clock, bearer, requests };
};

test('every opcode at every length up to ATT_MTU + 2 is answered as the specification says', async () => {
  const { channel, clock } = makeServer();
  const fill = fc.sample(fc.uint8Array({ minLength: MTU + 2, maxLength: MTU + 2 }), {
    seed: SEED,
    numRuns: 256,
  });
  for (let opcode = 0; opcode <= 0xff; opcode++) {
    for (let length = 0; length <= MTU + 2; length++) {
      const pdu = (fill[(opcode * 31 + length) % fill.length] ?? new Uint8Array(0)).slice(0, length);
      if (length > 0) pdu[0] = opcode;
      channel.deliver(pdu);
      expect([toHex(pdu), ...channel.takeSent()]).toEqual([toHex(pdu), ...expectedAnswer(pdu)]);
      // The controller takes what was sent.
      await Promise.resolve();
    }
  }
  expect(clock.pending).toBe(0);
  channel.disconnect();
});

test('streams of any PDUs: one answer each at the most, none thrown, what reaches the server is whole', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: MTU + 4 }), { maxLength: 40 }), async (pdus) => {
      const { channel, clock, requests } = makeServer();
      for (const pdu of pdus) {
        const asked = requests.length;
        channel.deliver(pdu);
        expect(channel.takeSent()).toEqual(expectedAnswer(pdu));
        expect(requests.length - asked).toBe(expectedAnswer(pdu)[0] === '0b01' ? 1 : 0);
        await Promise.resolve();
      }
      expect(clock.pending).toBe(0);
      channel.disconnect();
    }),
    { seed: SEED, numRuns: 500 },
  );
});
