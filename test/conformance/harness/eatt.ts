import { expect } from 'vitest';
import { prepareWrite, prepareWriteResponse } from './att.ts';
import { Bench } from './bench.ts';
import { conformance, type Mutation } from './case.ts';
import { type Discovered, discover } from './client.ts';
import { encryptLink } from './encrypted.ts';
import { enhancedRequest, enhancedResponse } from './enhanced.ts';
import { type Hex, items, octetAt, ramp, size, slice, u16, u16At } from './pdu.ts';
import { testServices } from './services.ts';
import { Result, Signal, signal } from './signalling.ts';

const EATT = 0x0027;
/** What the tester takes: each PDU is one frame. */
const TERMS = { spsm: EATT, mtu: 100, mps: 102 } as const;

/** Where ATT PDUs come and go: the fixed channel, or an Enhanced bearer. */
export interface AttWay {
  send(pdu: Hex): void;
  expect(pattern: string): Promise<Hex>;
  exchange(request: Hex, pattern: string): Promise<Hex>;
  silent(ms?: number): Promise<void>;
}

/** One that the tester can close. */
interface EnhancedWay extends AttWay {
  close(): Promise<void>;
}

type Bearers = readonly [EnhancedWay, EnhancedWay];

/** An Enhanced ATT bearer as the tester has it: each PDU behind its length. */
const bearerOf = (bench: Bench, ownCid: number, iutCid: number): EnhancedWay => {
  const incoming = bench.tester.channel(ownCid);
  const send = (pdu: Hex): void => {
    const octets = pdu.replaceAll(' ', '');
    bench.tester.sendFrame(iutCid, u16(size(octets)) + octets);
  };
  const take = async (pattern: string): Promise<Hex> => {
    const pdu = slice(await incoming.expect(`.... ${pattern}`), 2);
    return pdu;
  };
  return {
    send,
    expect: take,
    exchange: (request, pattern) => {
      send(request);
      return take(pattern);
    },
    silent: (ms) => incoming.silent(ms),
    close: async () => {
      const request = signal(Signal.disconnectionRequest, 0x70, iutCid, ownCid);
      await bench.signalling.exchange(request, signal(Signal.disconnectionResponse, 0x70, iutCid, ownCid));
    },
  };
};

const cidsAt = (pdu: Hex): number[] => items(slice(pdu, 12), 2).map((cid) => u16At(cid, 0));

/** The tester opens two Enhanced bearers. */
const openBearers = async (bench: Bench): Promise<Bearers> => {
  const request = enhancedRequest(0x10, { ...TERMS, cids: [0x0041, 0x0042] });
  const answer = await bench.signalling.exchange(request, '1810 *');
  expect(u16At(answer, 10)).toBe(Result.success);
  return bearers(bench, cidsAt(answer));
};

/** The tester takes the two Enhanced bearers that the implementation under test opens. */
export const acceptBearers = async (bench: Bench): Promise<Bearers> => {
  const request = await bench.signalling.expect(`17.. 0c00 ${u16(EATT)} *`);
  bench.signalling.send(
    enhancedResponse(octetAt(request, 1), Result.success, { ...TERMS, cids: [0x0041, 0x0042] }),
  );
  await bench.clock.advance(0);
  return bearers(bench, cidsAt(request));
};

const bearers = (bench: Bench, [first = 0, second = 0]: readonly number[]): Bearers => [
  bearerOf(bench, 0x0041, first),
  bearerOf(bench, 0x0042, second),
];

/** A value longer than the tester can write at once, and the parts of ATT_MTU - 5 octets in which it prepares it. */
export const LONGEST_VALUE = ramp(512, 0x30);
const PART = TERMS.mtu - 5;
const parts = items(LONGEST_VALUE, PART).map((part, i) => ({ part, offset: i * PART }));

/** The tester prepares these parts, one by each bearer in turn, and each must come back by that as it was. */
export const prepareInTurn = async (
  ways: readonly AttWay[],
  handle: number,
  { from, to }: { readonly from?: number; readonly to?: number } = {},
): Promise<void> => {
  for (const [i, { offset, part }] of parts.slice(from, to).entries()) {
    const way = ways[i % ways.length];
    if (way === undefined) throw new Error('the tester has no bearer');
    await way.exchange(prepareWrite(handle, offset, part), prepareWriteResponse(handle, offset, part));
  }
};

/** A case of GATT/SR on an encrypted link, with the test services and two Enhanced bearers that the tester has opened. */
export const enhancedServerCase = (
  id: string,
  mutation: Mutation,
  procedure: (bench: Bench, bearers: Bearers, database: ReturnType<typeof testServices>) => Promise<void>,
): void =>
  conformance(id, mutation, async () => {
    const database = testServices();
    await using bench = await Bench.peripheral({ services: database.services, enhancedBearers: true });
    await encryptLink(bench);
    await procedure(bench, await openBearers(bench), database);
    await bench.verdict();
  });

/** A case of GATT/CL on an encrypted link, with a client that has discovered what it works with and opened two Enhanced bearers. */
export const enhancedClientCase = (
  id: string,
  mutation: Mutation,
  procedure: (bench: Bench, bearers: Bearers, discovered: Discovered) => Promise<void>,
): void =>
  conformance(id, mutation, async () => {
    await using bench = await Bench.central({ enhancedBearers: true });
    const discovered = await discover(bench);
    await encryptLink(bench);
    await procedure(bench, await acceptBearers(bench), discovered);
    await bench.verdict();
  });
