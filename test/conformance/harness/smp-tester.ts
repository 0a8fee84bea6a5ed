import { expect, TestRunner } from 'vitest';
import type { Bench } from './bench.ts';
import type { TesterChannel } from './channel.ts';
import { type Hex, octet, slice, u16 } from './pdu.ts';
import { body, type Features, fieldsOf, Keys, pairingRequest, pairingResponse } from './smp.ts';
import { c1, dhKeyOf, f4, f5, f6, newKeys, randomOctets, s1, type TesterKeys, wire } from './smp-crypto.ts';

const ZERO = '00'.repeat(16);
const any = (octets: number): string => '..'.repeat(octets);

/** What a tester that deviates says in the place of what it should say. */
export type Deviation = (pdu: Hex) => Hex;
const honest: Deviation = (pdu) => pdu;

export interface DistributedKeys {
  readonly ltk?: Hex | undefined;
  readonly ediv?: number | undefined;
  readonly rand?: Hex | undefined;
  readonly irk?: Hex | undefined;
  readonly address?: Hex | undefined;
  readonly csrk?: Hex | undefined;
}

/** One value of both sides: what the tester has said, and what the implementation under test. */
interface Said {
  readonly own: Hex;
  readonly iut: Hex;
}

/**
 * The tester's side of one pairing, in the role that the implementation under test does not have. Each method is one phase of the protocol, done by its rules unless a
 * deviation is given; what the other side says is held against them.
 */
export class PairingTester {
  /** What it sends and computes with; a case may have spoilt the public half. */
  readonly keys: TesterKeys;
  readonly isInitiator: boolean;
  request: Hex = '';
  response: Hex = '';
  /** The public key of the implementation under test, in the order of the formulas. */
  iutX: Hex = '';
  iutY: Hex = '';
  dhKey: Hex = '';
  readonly #bench: Bench;

  constructor(bench: Bench, keys: TesterKeys = newKeys()) {
    this.#bench = bench;
    this.keys = keys;
    const test = TestRunner.getCurrentTest();
    if (test !== undefined) test.meta.pairs = true;
    this.isInitiator = bench.connection.role === 'peripheral';
  }

  get smp(): TesterChannel {
    return this.#bench.tester.smp;
  }

  /** Phase 1 as peripheral: takes the Pairing Request, and answers it. */
  async answer(features: Features): Promise<ReturnType<typeof fieldsOf>> {
    this.request = await this.smp.expect(`01 ${any(6)}`);
    this.response = pairingResponse(features);
    this.smp.send(this.response);
    return fieldsOf(this.request);
  }

  /** Phase 1 as central: sends a Pairing Request, and takes the answer. */
  async ask(features: Features): Promise<ReturnType<typeof fieldsOf>> {
    this.request = pairingRequest(features);
    this.response = await this.smp.exchange(this.request, `02 ${any(6)}`);
    return fieldsOf(this.response);
  }

  /** Legacy pairing with a temporary key; gives the short-term key. */
  async legacy(tk: Hex = ZERO, confirmed: Deviation = honest, opened: Deviation = honest): Promise<Hex> {
    const random = randomOctets(16);
    const confirms = await this.#swap('03', 16, `03${wire(this.confirmValue(tk, random))}`, confirmed);
    const randoms = await this.#swap('04', 16, `04${wire(random)}`, opened);
    expect(this.confirmValue(tk, wire(randoms.iut))).toBe(wire(confirms.iut));
    const [initiator, responder] = this.isInitiator
      ? [random, wire(randoms.iut)]
      : [wire(randoms.iut), random];
    return this.shorten(s1(tk, responder, initiator));
  }

  /** The confirm value of legacy pairing over a random value. */
  confirmValue(tk: Hex, random: Hex): Hex {
    return c1(tk, random, wire(this.request), wire(this.response), this.#initiator, this.#responder);
  }

  /** Public keys go both ways. */
  async publicKeys(deviation: Deviation = honest): Promise<void> {
    const own = `0c${wire(this.keys.x)}${wire(this.keys.y)}`;
    const { iut } = await this.#swap('0c', 64, own, deviation);
    this.iutX = wire(slice(iut, 0, 32));
    this.iutY = wire(slice(iut, 32, 64));
    this.dhKey = dhKeyOf(this.keys, this.iutX, this.iutY);
  }

  /** First stage of Just Works and Numeric Comparison: the responder commits to its nonce. */
  async comparison(committed: Deviation = honest): Promise<{ readonly na: Hex; readonly nb: Hex }> {
    const own = randomOctets(16);
    const { x } = this.keys;
    if (this.isInitiator) {
      const commitment = body(await this.smp.expect(`03 ${any(16)}`));
      const nb = wire(body(await this.smp.exchange(`04${wire(own)}`, `04 ${any(16)}`)));
      expect(f4(this.iutX, x, nb, '00')).toBe(wire(commitment));
      return { na: own, nb };
    }
    this.smp.send(committed(`03${wire(f4(x, this.iutX, own, '00'))}`));
    const na = wire(body(await this.smp.expect(`04 ${any(16)}`)));
    this.smp.send(`04${wire(own)}`);
    return { na, nb: own };
  }

  /** First stage of Passkey Entry: so many rounds, of which the last may deviate. Gives the nonces of the last. */
  async passkey(
    passkey: number,
    rounds = 20,
    committed: Deviation = honest,
  ): Promise<{ readonly na: Hex; readonly nb: Hex }> {
    let nonces = { na: '', nb: '' };
    for (let round = 0; round < rounds; round++) {
      const own = randomOctets(16);
      const bit = octet(0x80 | ((passkey >>> round) & 1));
      const commitment = `03${wire(f4(this.keys.x, this.iutX, own, bit))}`;
      const confirms = await this.#swap('03', 16, commitment, round === rounds - 1 ? committed : honest);
      if (round === rounds - 1 && committed !== honest) {
        // What follows is for the case to say.
        return { na: own, nb: own };
      }
      const randoms = await this.#swap('04', 16, `04${wire(own)}`, honest);
      const iut = wire(randoms.iut);
      expect(f4(this.iutX, this.keys.x, iut, bit)).toBe(wire(confirms.iut));
      nonces = this.isInitiator ? { na: own, nb: iut } : { na: iut, nb: own };
    }
    return nonces;
  }

  /** First stage of Out of Band: nonces go both ways. */
  async nonces(): Promise<{ readonly na: Hex; readonly nb: Hex }> {
    const own = randomOctets(16);
    const iut = wire((await this.#swap('04', 16, `04${wire(own)}`, honest)).iut);
    return this.isInitiator ? { na: own, nb: iut } : { na: iut, nb: own };
  }

  /** Second stage: both show their checks. Gives the long-term key. `ra` and `rb` are those of initiator and responder. */
  async checks(
    { na, nb }: { readonly na: Hex; readonly nb: Hex },
    ra: Hex = ZERO,
    rb: Hex = ZERO,
  ): Promise<Hex> {
    const { macKey, ltk } = f5(this.dhKey, na, nb, this.#initiator, this.#responder);
    const ioCap = (pdu: Hex): Hex => wire(slice(pdu, 1, 4));
    const ofInitiator = f6(macKey, na, nb, rb, ioCap(this.request), this.#initiator, this.#responder);
    const ofResponder = f6(macKey, nb, na, ra, ioCap(this.response), this.#responder, this.#initiator);
    const [own, theirs] = this.isInitiator ? [ofInitiator, ofResponder] : [ofResponder, ofInitiator];
    const { iut } = await this.#swap('0d', 16, `0d${wire(own)}`, honest);
    expect(wire(iut)).toBe(theirs);
    return this.shorten(ltk);
  }

  /** No more octets of a key count than both sides allow. */
  shorten(key: Hex): Hex {
    const size = Math.min(fieldsOf(this.request).keySize, fieldsOf(this.response).keySize);
    return key.slice(32 - 2 * size).padStart(32, '0');
  }

  /** The link is encrypted with a key that both sides have made; the central begins. */
  async encrypt(key: Hex): Promise<void> {
    const { tester } = this.#bench;
    if (this.isInitiator) expect(await tester.encrypt(key)).toBe(0);
    else {
      tester.longTermKey = key;
      expect(await tester.encrypted()).toBe(0);
      expect(tester.keyRequests.at(-1)).toEqual({ ediv: 0, rand: '00'.repeat(8) });
    }
  }

  /** The keys of the implementation under test, as both have agreed: in this order, and no others. */
  async takeKeys(isSecure = false): Promise<DistributedKeys> {
    const { initiatorKeys, responderKeys } = this.#agreedKeys;
    const mask = this.isInitiator ? responderKeys : initiatorKeys;
    let keys: DistributedKeys = {};
    if (!isSecure && (mask & Keys.enc) !== 0) {
      const ltk = wire(body(await this.smp.expect(`06 ${any(16)}`)));
      const identification = await this.smp.expect(`07 ${any(10)}`);
      const ediv = Number.parseInt(wire(slice(identification, 1, 3)), 16);
      keys = { ltk, ediv, rand: wire(slice(identification, 3)) };
    }
    if ((mask & Keys.id) !== 0) {
      const irk = wire(body(await this.smp.expect(`08 ${any(16)}`)));
      keys = { ...keys, irk, address: body(await this.smp.expect(`09 ${any(7)}`)) };
    }
    if ((mask & Keys.sign) !== 0)
      keys = { ...keys, csrk: wire(body(await this.smp.expect(`0a ${any(16)}`))) };
    return keys;
  }

  /** The tester's own keys, as both have agreed. */
  giveKeys(isSecure = false): DistributedKeys {
    const { initiatorKeys, responderKeys } = this.#agreedKeys;
    const mask = this.isInitiator ? initiatorKeys : responderKeys;
    const ltk = this.shorten(randomOctets(16));
    const rand = randomOctets(8);
    const { irk } = this.#bench.tester;
    const csrk = randomOctets(16);
    if (!isSecure && (mask & Keys.enc) !== 0) {
      this.smp.send(`06${wire(ltk)}`);
      this.smp.send(`07${u16(0x4321)}${wire(rand)}`);
    }
    if ((mask & Keys.id) !== 0) {
      this.smp.send(`08${wire(irk)}`);
      this.smp.send(`09${this.ownIdentity}`);
    }
    if ((mask & Keys.sign) !== 0) this.smp.send(`0a${wire(csrk)}`);
    return { ltk, ediv: 0x4321, rand, irk, csrk };
  }

  /** What both have said, whatever a responder has added. */
  get #agreedKeys(): { readonly initiatorKeys: number; readonly responderKeys: number } {
    const [request, response] = [fieldsOf(this.request), fieldsOf(this.response)];
    return {
      initiatorKeys: request.initiatorKeys & response.initiatorKeys,
      responderKeys: request.responderKeys & response.responderKeys,
    };
  }

  /** Phase 3: the responder gives its keys first. */
  async distribute(
    isSecure = false,
  ): Promise<{ readonly own: DistributedKeys; readonly iut: DistributedKeys }> {
    if (!this.isInitiator) {
      const own = this.giveKeys(isSecure);
      return { own, iut: await this.takeKeys(isSecure) };
    }
    const iut = await this.takeKeys(isSecure);
    return { own: this.giveKeys(isSecure), iut };
  }

  /** Says its own value and takes the other's, in the order of the roles. */
  async #swap(code: Hex, octets: number, own: Hex, deviation: Deviation): Promise<Said> {
    if (this.isInitiator) {
      const iut = await this.smp.exchange(deviation(own), `${code} ${any(octets)}`);
      return { own: body(own), iut: body(iut) };
    }
    const iut = await this.smp.expect(`${code} ${any(octets)}`);
    this.smp.send(deviation(own));
    return { own: body(own), iut: body(iut) };
  }

  get #initiator(): Hex {
    return this.#addressOf(this.isInitiator);
  }

  get #responder(): Hex {
    return this.#addressOf(!this.isInitiator);
  }

  /** Type and address that the air has shown, in the order of the formulas. */
  #addressOf(isTester: boolean): Hex {
    const { own, peer } = this.#bench.tester.ends;
    const { address, type } = isTester ? own : peer;
    return (type === 'random' ? '01' : '00') + address.replaceAll(':', '').toLowerCase();
  }

  /** The tester's identity as it travels in Identity Address Information. */
  get ownIdentity(): Hex {
    return `00${wire(this.#bench.tester.address.replaceAll(':', '').toLowerCase())}`;
  }
}
