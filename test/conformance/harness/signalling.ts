import type { L2capChannel } from 'jelling';
import { expect } from 'vitest';
import type { Bench } from './bench.ts';
import type { TesterChannel } from './channel.ts';
import { type Hex, items, octet, octetAt, size, slice, u16, u16At } from './pdu.ts';

/** Codes of signalling commands (Vol 3, Part A, Table 4.2). */
export const Signal = {
  reject: 0x01,
  disconnectionRequest: 0x06,
  disconnectionResponse: 0x07,
  parameterUpdateRequest: 0x12,
  parameterUpdateResponse: 0x13,
  creditRequest: 0x14,
  creditResponse: 0x15,
  creditIndication: 0x16,
  enhancedRequest: 0x17,
  enhancedResponse: 0x18,
  reconfigureRequest: 0x19,
  reconfigureResponse: 0x1a,
} as const;

/** Results of a credit-based connection request (Vol 3, Part A, Table 4.17). */
export const Result = {
  success: 0x0000,
  spsmNotSupported: 0x0002,
  noResources: 0x0004,
  insufficientAuthentication: 0x0005,
  insufficientAuthorization: 0x0006,
  keySizeTooShort: 0x0007,
  insufficientEncryption: 0x0008,
  invalidSourceCid: 0x0009,
  sourceCidAllocated: 0x000a,
  unacceptableParameters: 0x000b,
  invalidParameters: 0x000c,
} as const;

/** Results of a reconfiguration (Vol 3, Part A, Table 4.20). */
export const Reconfigured = {
  success: 0x0000,
  mtuReduced: 0x0001,
  mpsReduced: 0x0002,
  invalidDestinationCid: 0x0003,
  unacceptableParameters: 0x0004,
} as const;

export const SPSM = 0x0080;

export const signal = (code: number, identifier: number, ...fields: number[]): Hex => {
  const data = fields.map(u16).join('');
  return octet(code) + octet(identifier) + u16(size(data)) + data;
};

export const rejectNotUnderstood = (identifier: number): Hex => signal(Signal.reject, identifier, 0x0000);

/** What the tester offers for a channel. */
export interface Terms {
  readonly spsm?: number;
  readonly cid?: number;
  readonly mtu?: number;
  readonly mps?: number;
  readonly credits?: number;
}

const OWN = { spsm: SPSM, cid: 0x0041, mtu: 200, mps: 50, credits: 100 } as const;

export const creditRequest = (identifier: number, terms: Terms = {}): Hex => {
  const { spsm, cid, mtu, mps, credits } = { ...OWN, ...terms };
  return signal(Signal.creditRequest, identifier, spsm, cid, mtu, mps, credits);
};

export const creditResponse = (identifier: number, result: number, terms: Terms = {}): Hex => {
  const { cid, mtu, mps, credits } = { ...OWN, ...terms };
  const offer = result === Result.success ? [cid, mtu, mps, credits] : [0, 0, 0, 0];
  return signal(Signal.creditResponse, identifier, ...offer, result);
};

/** A channel between the tester and the implementation under test. */
export interface OpenChannel {
  /** What the upper tester has of it. */
  readonly iut: L2capChannel;
  /** What comes for the tester. */
  readonly incoming: TesterChannel;
  readonly ownCid: number;
  readonly iutCid: number;
  readonly iutMtu: number;
  readonly iutMps: number;
  readonly iutCredits: number;
  /** Sends one K-frame, whatever is in it. */
  send(frame: Hex): void;
}

const open = (bench: Bench, iut: L2capChannel, ownCid: number, offer: Hex): OpenChannel => {
  const iutCid = u16At(offer, 0);
  return {
    iut,
    incoming: bench.tester.channel(ownCid),
    ownCid,
    iutCid,
    iutMtu: u16At(offer, 2),
    iutMps: u16At(offer, 4),
    iutCredits: u16At(offer, 6),
    send: (frame) => bench.tester.sendFrame(iutCid, frame),
  };
};

/** The preamble in which the tester opens a channel to what the upper tester listens to. */
export const openFromTester = async (bench: Bench, terms: Terms = {}): Promise<OpenChannel> => {
  const accepted = bench.connection.l2capAccept({ psm: SPSM, mtu: 512 });
  const answer = await bench.signalling.exchange(creditRequest(1, terms), '1501 0a00 *');
  expect(u16At(answer, 12)).toBe(Result.success);
  return open(bench, await bench.run(accepted), terms.cid ?? OWN.cid, slice(answer, 4));
};

/** The preamble in which the upper tester opens a channel to the tester. */
export const openFromIut = async (bench: Bench, terms: Terms = {}): Promise<OpenChannel> => {
  const connected = bench.connection.l2capConnect({ psm: SPSM, mtu: 512 });
  const request = await bench.signalling.expect(`14.. 0a00 ${u16(SPSM)} *`);
  bench.signalling.send(creditResponse(octetAt(request, 1), Result.success, terms));
  return open(bench, await bench.run(connected), terms.cid ?? OWN.cid, slice(request, 6));
};

/** The K-frames of one SDU, none of them longer than `mps` octets of payload beside the length of the SDU. */
export const frames = (sdu: Hex, mps: number): Hex[] =>
  items(sdu, mps).map((part, i) => (i === 0 ? u16(size(sdu)) + part : part));

/** Takes the K-frames of one SDU, and gives the SDU; none may be longer than the tester's MPS. */
export const takeSdu = async (incoming: TesterChannel, mps: number = OWN.mps): Promise<Hex> => {
  const first = await incoming.next('the first K-frame of an SDU');
  let sdu = slice(first, 2);
  expect(size(first)).toBeLessThanOrEqual(mps + 2);
  while (size(sdu) < u16At(first, 0)) {
    const frame = await incoming.next('a K-frame of an SDU');
    expect(size(frame)).toBeLessThanOrEqual(mps);
    sdu += frame;
  }
  expect(size(sdu)).toBe(u16At(first, 0));
  return sdu;
};

/** A channel that must be closed by the implementation under test, because the tester broke a rule. */
export const expectClosed = async (bench: Bench, { iutCid, ownCid, iut }: OpenChannel): Promise<void> => {
  const request = await bench.signalling.expect(`06.. 0400 ${u16(ownCid)} ${u16(iutCid)}`);
  bench.signalling.send(signal(Signal.disconnectionResponse, octetAt(request, 1), ownCid, iutCid));
  await bench.run(iut.disconnected());
  expect(iut.isOpen).toBe(false);
};

/** The tester closes a channel. */
export const closeFromTester = async (bench: Bench, { iutCid, ownCid, iut }: OpenChannel): Promise<void> => {
  const request = signal(Signal.disconnectionRequest, 0x70, iutCid, ownCid);
  await bench.signalling.exchange(request, signal(Signal.disconnectionResponse, 0x70, iutCid, ownCid));
  await bench.run(iut.disconnected());
};
