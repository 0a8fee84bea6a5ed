import type { L2capChannel } from 'jelling';
import type { Bench } from '../../conformance/harness/bench.ts';
import { enhancedRequest } from '../../conformance/harness/enhanced.ts';
import { type Hex, slice, u16At } from '../../conformance/harness/pdu.ts';
import { creditRequest, type OpenChannel, SPSM } from '../../conformance/harness/signalling.ts';

export interface OpenTerms {
  readonly cid?: number;
  readonly mtu?: number;
  readonly mps?: number;
  readonly credits?: number;
}

/** The two credit-based modes of channels (Vol 3, Part A, 10.1 and 10.2). */
export interface Mode {
  readonly name: string;
  /** A request for a channel to `spsm`. */
  request(identifier: number, terms: OpenTerms & { readonly spsm?: number }): Hex;
  /** The result in a response, and what it offers: CID, MTU, MPS, credits. */
  read(response: Hex): { readonly result: number; readonly offer: readonly number[] };
}

const OWN = { cid: 0x0041, mtu: 200, mps: 64, credits: 100 } as const;

const basic: Mode = {
  name: 'the LE mode',
  request: (identifier, terms) => creditRequest(identifier, { ...OWN, ...terms }),
  read: (response) => {
    const fields = slice(response, 4);
    return { result: u16At(fields, 8), offer: [0, 2, 4, 6].map((at) => u16At(fields, at)) };
  },
};

const enhanced: Mode = {
  name: 'the enhanced mode',
  request: (identifier, { cid = OWN.cid, ...terms }) =>
    enhancedRequest(identifier, { ...OWN, ...terms, cids: [cid] }),
  read: (response) => {
    const fields = slice(response, 4);
    return { result: u16At(fields, 6), offer: [8, 0, 2, 4].map((at) => u16At(fields, at)) };
  },
};

export const modes: readonly Mode[] = [basic, enhanced];

/** A channel of that mode, opened by the tester to a listener of the host's. */
export const openIn = async (
  mode: Mode,
  bench: Bench,
  identifier: number,
  terms: OpenTerms = {},
): Promise<OpenChannel> => {
  const accepting: Promise<L2capChannel> = bench.connection.l2capAccept({ psm: SPSM, mtu: 512 });
  const answer = await bench.signalling.exchange(mode.request(identifier, terms), '*');
  const [iutCid = 0, iutMtu = 0, iutMps = 0, iutCredits = 0] = mode.read(answer).offer;
  const ownCid = terms.cid ?? OWN.cid;
  const incoming = bench.tester.channel(ownCid);
  const send = (frame: Hex): void => bench.tester.sendFrame(iutCid, frame);
  return { iut: await bench.run(accepting), incoming, ownCid, iutCid, iutMtu, iutMps, iutCredits, send };
};
