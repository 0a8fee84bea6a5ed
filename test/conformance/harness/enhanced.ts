import { expect } from 'vitest';
import type { Bench } from './bench.ts';
import { type Hex, items, octet, octetAt, slice, u16, u16At } from './pdu.ts';
import { type OpenChannel, Result, Signal, SPSM, signal } from './signalling.ts';

/** What the tester offers for channels of the enhanced mode. */
export interface EnhancedTerms {
  readonly spsm?: number;
  readonly mtu?: number;
  readonly mps?: number;
  readonly credits?: number;
  readonly cids?: readonly number[];
}

const OWN = { spsm: SPSM, mtu: 200, mps: 64, credits: 100, cids: [0x0041] } as const;

export const enhancedRequest = (identifier: number, terms: EnhancedTerms = {}): Hex => {
  const { spsm, mtu, mps, credits, cids } = { ...OWN, ...terms };
  return signal(Signal.enhancedRequest, identifier, spsm, mtu, mps, credits, ...cids);
};

export const enhancedResponse = (identifier: number, result: number, terms: EnhancedTerms = {}): Hex => {
  const { mtu, mps, credits, cids } = { ...OWN, ...terms };
  return signal(Signal.enhancedResponse, identifier, mtu, mps, credits, result, ...cids);
};

/** A response that refuses all channels of a request for so many. */
export const enhancedRefusal = (identifier: number, result: number, count = 1): Hex =>
  signal(Signal.enhancedResponse, identifier, 0, 0, 0, result, ...Array.from({ length: count }, () => 0));

const cidsAt = (pdu: Hex, at: number): number[] => items(slice(pdu, at), 2).map((cid) => u16At(cid, 0));

/** The preamble in which the tester opens channels to what the upper tester listens to. */
export const openEnhancedFromTester = async (
  bench: Bench,
  terms: EnhancedTerms = {},
): Promise<OpenChannel[]> => {
  const listener = bench.connection.l2capListen({ psm: SPSM, mtu: 512 });
  const answer = await bench.signalling.exchange(enhancedRequest(1, terms), '1801 *');
  expect(u16At(answer, 10)).toBe(Result.success);
  const offer = { iutMtu: u16At(answer, 4), iutMps: u16At(answer, 6), iutCredits: u16At(answer, 8) };
  const own = terms.cids ?? OWN.cids;
  const channels: OpenChannel[] = [];
  for (const [i, iutCid] of cidsAt(answer, 12).entries()) {
    const iut = await bench.run(listener.accept());
    const ownCid = own[i] ?? 0;
    const incoming = bench.tester.channel(ownCid);
    const send = (frame: Hex): void => bench.tester.sendFrame(iutCid, frame);
    channels.push({ iut, incoming, ownCid, iutCid, ...offer, send });
  }
  await listener.close();
  return channels;
};

/** The preamble in which the upper tester opens channels to the tester. */
export const openEnhancedFromIut = async (
  bench: Bench,
  terms: EnhancedTerms = {},
): Promise<OpenChannel[]> => {
  const own = terms.cids ?? OWN.cids;
  const connected = bench.connection.l2capConnectEnhanced({ psm: SPSM, mtu: 512, count: own.length });
  const request = await bench.signalling.expect(`17.. .... ${u16(SPSM)} *`);
  bench.signalling.send(enhancedResponse(octetAt(request, 1), Result.success, terms));
  const channels = await bench.run(connected);
  const offer = { iutMtu: u16At(request, 6), iutMps: u16At(request, 8), iutCredits: u16At(request, 10) };
  return cidsAt(request, 12).flatMap((iutCid, i) => {
    const iut = channels[i];
    const ownCid = own[i] ?? 0;
    if (iut === undefined) return [];
    const incoming = bench.tester.channel(ownCid);
    const send = (frame: Hex): void => bench.tester.sendFrame(iutCid, frame);
    return [{ iut, incoming, ownCid, iutCid, ...offer, send }];
  });
};

/** One channel of the enhanced mode, opened by the tester. */
export const openEnhanced = async (bench: Bench, terms: EnhancedTerms = {}): Promise<OpenChannel> => {
  const [channel] = await openEnhancedFromTester(bench, terms);
  if (channel === undefined) throw new Error('no channel was opened');
  return channel;
};

export const reconfigure = (identifier: number, mtu: number, mps: number, ...cids: number[]): Hex =>
  signal(Signal.reconfigureRequest, identifier, mtu, mps, ...cids);

export const reconfigured = (identifier: number, result: number): Hex =>
  `${octet(Signal.reconfigureResponse)}${octet(identifier)}${u16(2)}${u16(result)}`;
