/** Our host as the one who has the plan: it tells the foreign side each step, does its own, and says what it saw. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Adapter,
  type Advertising,
  type Bond,
  Characteristic,
  type Connection,
  DisconnectedError,
  HciError,
  MemoryBondStore,
  type OpenOptions,
  type PairingOptions,
  Service,
  SmpError,
} from 'jelling';
import { fromHex, toHex } from '../bytes.ts';
import { JellingPlayer } from '../jelling-player.ts';
import type { Part } from '../player.ts';
import type { Seen, Told } from '../report.ts';
import { contract, type LevelName, rules, type TheirOob } from './contract.ts';
import { meetingsOf } from './expected-again.ts';
import { attemptsOf } from './expected-mistyped.ts';
import { Mailbox } from './mailbox.ts';
import { type Result, resultOf } from './model.ts';
import { type Combination, combinationsOf } from './plan.ts';
import { type OurUser, userOf } from './user.ts';

const answerMs = 6_000;
/** For what comes of a pairing at the peer, which has ended here. */
const settleMs = 1_000;
/** Less than what is left of the first waiting interval when a pair has met again. */
const shortestWaitMs = 300;

/** Waits for what comes by itself, or gives up: what is there then is what counts. */
const until = async (isThere: () => boolean | Promise<boolean>): Promise<void> => {
  for (let left = settleMs; left > 0 && !(await isThere()); left -= 5) await sleep(5);
};

/** One who meets the foreign side again and again. */
interface Meetings {
  meet(): Promise<Connection>;
}

const hexOf = (octets: Uint8Array | undefined): string | undefined => octets && toHex(octets);

const bondSeen = (bond: Bond | undefined): Seen | undefined =>
  bond && {
    peer: bond.peer,
    authenticated: bond.authenticated,
    secureConnections: bond.secureConnections,
    keySize: bond.keySize,
    peerKey: bond.peerKey && {
      value: toHex(bond.peerKey.value),
      ediv: bond.peerKey.ediv,
      rand: toHex(bond.peerKey.rand),
    },
    localKey: bond.localKey && {
      value: toHex(bond.localKey.value),
      ediv: bond.localKey.ediv,
      rand: toHex(bond.localKey.rand),
    },
    peerIrk: hexOf(bond.peerIrk),
    peerSigningKey: hexOf(bond.peerSigningKey?.value),
    localSigningKey: hexOf(bond.localSigningKey?.value),
  };

/** How an attempt ended, as a report has it. */
const failureSeen = (error: unknown): Seen => {
  if (error instanceof SmpError) return { reason: error.reason, origin: error.origin };
  if (error instanceof HciError) return { status: error.status };
  if (error instanceof DisconnectedError) return { gone: error.reason };
  throw error;
};

export class PairingLeader extends JellingPlayer {
  readonly #bonds = new MemoryBondStore();
  readonly #numbers = new Mailbox<string>();
  readonly #answers = new Mailbox<Told>();
  #step = 0;
  #isAlone = false;

  constructor(part: Part) {
    super(part);
    this.begin();
  }

  protected override get options(): OpenOptions {
    // What opens bearers by itself would be cut by the end of a link.
    return { bonds: this.#bonds, enhancedBearers: false };
  }

  override hear(told: Told): void {
    if (typeof told['number'] === 'string') this.#numbers.put(told['number']);
    else this.#answers.put(told);
  }

  protected override async play(adapter: Adapter): Promise<void> {
    const service = new Service(contract.service);
    for (const [level, uuid] of Object.entries(contract.levels))
      new Characteristic(service, uuid, { read: rules[level as LevelName] }).write(Uint8Array.of(1));
    adapter.registerServices(service);
    this.take({ event: 'ready', address: adapter.address });
    this.take({ event: 'advertising' });
    const { address } = await this.#answer();
    await using meetings = this.#meetings(adapter, String(address));
    for (const combination of combinationsOf(this.part.role)) {
      if (this.part.rows.includes(combination.name) && !this.#isAlone)
        await this.step(combination.name, () => this.#goThrough(adapter, meetings, combination), 20_000);
    }
    this.tell({ step: 'stop' });
  }

  async #goThrough(adapter: Adapter, meetings: Meetings, combination: Combination): Promise<void> {
    const { name, theirs, mistypedBy } = combination;
    this.#numbers.clear();
    adapter.security = undefined;
    const oob = await this.#shareOob(adapter, combination);
    const result = resultOf(combination, this.part.role);
    await this.#tell('prepare', {
      theirs: { ...theirs, ...(oob && { oob: oob.theirs }) },
      // Whether keys are to be looked at, so that one who is wrong on purpose can be wrong in them.
      bonded: result?.bonded === true && theirs.signsWithZeros !== true && mistypedBy === undefined,
      given: result?.given.theirs ?? [],
    });
    const user = userOf(combination, this.part.role, this.#numbers, (number) => this.tell({ number }));
    if (mistypedBy !== undefined) return this.#mistype(adapter, meetings, combination, user);
    const options = this.#optionsOf(combination, user, oob?.ours);
    try {
      await using connection = await meetings.meet();
      const outcome = await this.#pair(adapter, connection, combination, options);
      await this.#tell('end', { row: name });
      await this.#report(adapter, connection, combination, user, outcome);
    } finally {
      await this.#tell('part');
    }
    const [kept] = await this.#bonds.load(this.#self(adapter));
    if (kept === undefined) return;
    if (result !== undefined) await this.#again(meetings, combination, result);
    await adapter.device(kept.peer.address, kept.peer.type).removeBond();
  }

  #optionsOf({ ours }: Combination, { ui }: OurUser, oob: PairingOptions['oob']): PairingOptions {
    const { io, mitm, secureConnections, bond, give, take } = ours;
    return { io, mitm, secureConnections, bond, ui, giveKeys: give, takeKeys: take, oob };
  }

  /** Each attempt on a link of its own, until one has brought a bond. */
  async #mistype(
    adapter: Adapter,
    meetings: Meetings,
    combination: Combination,
    user: OurUser,
  ): Promise<void> {
    const options = this.#optionsOf(combination, user, undefined);
    for (const { row, mistyped = false, afterMs = 0, ours } of attemptsOf(combination, this.part.role)) {
      await sleep(afterMs);
      this.#numbers.clear();
      user.mistypes = mistyped;
      const connection = await meetings.meet();
      const startMs = performance.now();
      const outcome = await this.#pair(adapter, connection, combination, options);
      const waited = performance.now() - startMs > shortestWaitMs;
      await this.#tell('tried', { row });
      const bonds = async (): Promise<number> => (await this.#bonds.load(this.#self(adapter))).length;
      if (ours['bonds'] === 1) await until(async () => (await bonds()) > 0);
      this.saw(row, {
        outcome,
        isEncrypted: connection.security.encrypted,
        bonds: await bonds(),
        ...(ours['waited'] === true && { waited }),
      });
      await connection.disconnect();
      await this.#tell('part');
    }
    for (const { peer } of await this.#bonds.load(this.#self(adapter)))
      await adapter.device(peer.address, peer.type).removeBond();
  }

  /** Resolves when it has ended on this side, as far as that can be known. */
  async #pair(
    adapter: Adapter,
    connection: Connection,
    { begunBy }: Combination,
    options: PairingOptions,
  ): Promise<Seen> {
    if (begunBy === this.part.role) {
      try {
        await connection.pair(options);
        return { kind: 'paired' };
      } catch (error) {
        return failureSeen(error);
      }
    }
    adapter.security = options;
    await this.#tell('begin');
    return { kind: 'left to the peer' };
  }

  async #report(
    adapter: Adapter,
    connection: Connection,
    combination: Combination,
    user: OurUser,
    outcome: Seen,
  ): Promise<void> {
    const result = resultOf(combination, this.part.role);
    const self = this.#self(adapter);
    const bond = async (): Promise<Bond | undefined> => (await this.#bonds.load(self))[0];
    const failed = (): number => connection.counters['smpPairingsFailed'] ?? 0;
    const isDone = async (): Promise<boolean> =>
      failed() > 0 || (connection.security.encrypted && (!result?.bonded || (await bond()) !== undefined));
    await until(isDone);
    this.saw(combination.name, {
      outcome,
      asked: user.asked,
      security: connection.security,
      failed: failed(),
      bond: bondSeen(await bond()),
      identity: self,
    });
  }

  /** Meets the bonded peer once more, and sees that the link is what the bond says. */
  async #again(meetings: Meetings, combination: Combination, result: Result): Promise<void> {
    if (combination.wrongKey !== undefined) await this.#tell('falsify');
    await this.#tell('answer');
    for (const { row, corrected, theirs } of meetingsOf(combination, result, this.part.role)) {
      if (corrected === true) await this.#tell('correct');
      await this.#once(meetings, row, theirs['encrypted'] !== false, async (connection) => {
        // A central encrypts by itself.
        if (this.part.role === 'central' || !result.encryptsAgain) return;
        if (combination.begunBy === 'peripheral') return connection.encrypt();
        await this.#tell('encrypt');
        await until(() => !connection.isConnected || connection.security.encrypted);
        if (!connection.isConnected) throw await connection.disconnected();
      });
    }
  }

  async #once(
    meetings: Meetings,
    row: string,
    changes: boolean,
    encrypt: (connection: Connection) => Promise<void>,
  ): Promise<void> {
    let connection: Connection | undefined;
    let failure: Seen | undefined;
    try {
      connection = await meetings.meet();
      await encrypt(connection);
    } catch (error) {
      failure = failureSeen(error);
    }
    await this.#tell('look', { row, changes });
    this.saw(row, failure === undefined ? { security: connection?.security } : { failure });
    await connection?.disconnect();
    await this.#tell('part');
  }

  #self(adapter: Adapter) {
    return { address: adapter.address, type: adapter.addressType };
  }

  /** Carries out-of-band data both ways, as a user does with two devices. */
  async #shareOob(
    adapter: Adapter,
    { oob, ours }: Combination,
  ): Promise<{ ours: PairingOptions['oob']; theirs: TheirOob } | undefined> {
    if (oob === undefined) return undefined;
    if (ours.secureConnections === false) {
      const temporaryKey = crypto.getRandomValues(new Uint8Array(16));
      return { ours: { temporaryKey }, theirs: { temporaryKey: toHex(temporaryKey) } };
    }
    const own = adapter.createOobData();
    const data = await this.#tell('share');
    const peer = { random: fromHex(String(data['random'])), confirm: fromHex(String(data['confirm'])) };
    const given = { random: toHex(own.random), confirm: toHex(own.confirm) };
    return {
      ours: { own: oob === 'ours' ? undefined : own, peer: oob === 'theirs' ? undefined : peer },
      theirs: oob === 'ours' ? {} : { peer: given },
    };
  }

  /** Has the foreign side do a step, and gives its answer. */
  async #tell(step: string, details: Told = {}): Promise<Told> {
    this.#step += 1;
    const number = this.#step;
    this.tell({ step, at: number, ...details });
    let answer = await this.#answer();
    // One that came too late for a step that was given up.
    while (answer['at'] !== number) answer = await this.#answer();
    if (answer['error'] !== undefined) throw new Error(`bumble, told to ${step}: ${String(answer['error'])}`);
    return answer;
  }

  async #answer(): Promise<Told> {
    try {
      return await this.#answers.take(answerMs);
    } catch (error) {
      // It answers every step in time, or is not there any more.
      this.#isAlone = true;
      throw error;
    }
  }

  #meetings(adapter: Adapter, address: string): Meetings & AsyncDisposable {
    if (this.part.role === 'central') {
      const device = adapter.device(address, 'random');
      const meet = async (): Promise<Connection> => {
        await this.#tell('meet');
        return device.connect({ exchangeMtu: false, signal: this.signal });
      };
      return { meet, [Symbol.asyncDispose]: () => Promise.resolve() };
    }
    const advertising: Advertising<Connection> = adapter.advertising({ intervalMs: 20, signal: this.signal });
    const meet = async (): Promise<Connection> => {
      const coming = advertising.next();
      // Should the other side not come, the step that failed says why.
      coming.catch(() => {});
      await advertising.started();
      await this.#tell('meet', { address: adapter.address, addressType: adapter.addressType });
      const { value } = await coming;
      if (value === undefined) throw new Error('advertising has ended');
      return value;
    };
    return { meet, [Symbol.asyncDispose]: () => advertising[Symbol.asyncDispose]() };
  }
}
