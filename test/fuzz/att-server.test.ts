import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AttBearer } from '../../src/att/att-bearer.ts';
import type { AttServerRequest } from '../../src/att/codec/requests.ts';
import { encodePacket, ReadResponse } from '../../src/att/codec/responses.ts';
import { toHex } from '../../src/core/bytes.ts';
import { Log } from '../../src/core/log.ts';
import { ManualClock } from '../../src/core/manual-clock.ts';
import { FakeChannel } from '../support/fake-att-channel.ts';
import { verdictOn } from './att-oracle.ts';

const SEED = 0x0a77;
const MTU = 23;

const expectedAnswer = (pdu: Uint8Array): string[] => {
  const name = toHex(pdu.subarray(0, 1));
  switch (verdictOn(pdu, MTU)) {
    case 'silence':
      return [];
    case 'confirmation':
      return ['1e'];
    case 'invalidPdu':
      return [`01${name}000004`];
    case 'notSupported':
      return [`01${name}000006`];
    case 'answer':
      return pdu[0] === 0x02 ? ['031700'] : ['0b01'];
  }
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
