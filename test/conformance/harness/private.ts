import { expect } from 'vitest';
import { Code, error, Request } from './att.ts';
import { Bench, type BenchOptions } from './bench.ts';
import { conformance, type Mutation } from './case.ts';
import { bond } from './encrypted.ts';
import type { OnAir } from './lower-tester.ts';
import { matches, octet, u16, u16At } from './pdu.ts';
import { Keys } from './smp.ts';
import { isMadeWith } from './smp-crypto.ts';

const CENTRAL_ADDRESS_RESOLUTION = 0x2aa6;

/** One way to run a case with private addresses. */
export interface PrivateRound extends BenchOptions {
  /** What the tester says of its Central Address Resolution; by default it does not know it. */
  readonly recognisesItself?: 0 | 1;
}

/** Controllers of both kinds: one resolves private addresses, one leaves that to the host. */
export const anyController: readonly PrivateRound[] = [{}, { controller: { profile: '4.0' } }];

/** A case of an implementation under test that hides, and of a tester that has made a bond with it. They have no link when the procedure begins. */
export const privateCase = (
  id: string,
  role: 'central' | 'peripheral',
  mutation: Mutation,
  procedure: (bench: Bench, friend: PrivateFriend) => Promise<void>,
  rounds: readonly PrivateRound[] = [{}],
): void => {
  const run = async ({ recognisesItself, ...options }: PrivateRound): Promise<void> => {
    await using bench = await Bench[role]({ privacy: true, ...options });
    sayWhetherRecognised(bench, recognisesItself);
    const { iut } = await bond(bench, Keys.enc | Keys.id);
    await bench.part();
    bench.sent('connectRequest');
    bench.linkMayEnd = true;
    await procedure(bench, new PrivateFriend(bench, iut.irk ?? ''));
    await bench.verdict();
  };
  conformance(id, mutation, async () => {
    for (const round of rounds) await run(round);
  });
};

/** As server the tester has this one attribute, if any. */
export const sayWhetherRecognised = ({ att }: Bench, value?: 0 | 1): void => {
  const handle = 0x0003;
  att.responder = (pdu) => {
    if (!matches(pdu, `08 .... ffff ${u16(CENTRAL_ADDRESS_RESOLUTION)}`)) return undefined;
    const start = u16At(pdu, 1);
    return value === undefined || start > handle
      ? error(Request.readByType, start, Code.attributeNotFound)
      : `0903${u16(handle)}${octet(value)}`;
  };
};

/** What the tester knows of an implementation under test that it has made a bond with: its key, and so who is behind its addresses. */
export class PrivateFriend {
  readonly #bench: Bench;
  readonly #irk: string;

  constructor(bench: Bench, irk: string) {
    this.#bench = bench;
    this.#irk = irk;
  }

  /** Listens for so long: all advertising must show one address that belongs to the implementation under test. */
  async hearsAdvertising(ms: number): Promise<{ readonly from: OnAir; readonly to: OnAir | undefined }> {
    this.#bench.sent('advertising');
    await this.#bench.clock.advance(ms);
    const sent = this.#bench.sent('advertising');
    const [first] = sent;
    if (first === undefined) throw new Error('the tester hears no advertising');
    for (const { from } of sent) {
      expect(isMadeWith(this.#irk, from.address)).toBe(true);
      expect(from).toEqual(first.from);
    }
    return first;
  }

  /** The tester advertises to everybody under a new private address, which it gives. */
  advertises(data = ''): string {
    const { tester } = this.#bench;
    const address = tester.hide();
    tester.advertise({ data });
    return address;
  }

  /** The tester calls the implementation under test, both under private addresses. */
  calls(): void {
    const { tester, iut } = this.#bench;
    tester.callPrivately({ address: iut.address, type: iut.addressType }, this.#irk);
  }

  /** Of the one connection request that has come: to the address that the tester shows, if that is given, else to one that its key tells; from one that belongs to the implementation under test, which it gives. */
  wasConnectedTo(address?: string): string {
    const [request, ...more] = this.#bench.sent('connectRequest');
    expect(more).toEqual([]);
    const to = request?.to?.address ?? '';
    if (address === undefined) expect(isMadeWith(this.#bench.tester.irk, to)).toBe(true);
    else expect(to).toBe(address);
    const from = request?.from.address ?? '';
    expect(isMadeWith(this.#irk, from)).toBe(true);
    return from;
  }
}
