import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Log } from '../../src/core/log.ts';
import { ManualClock } from '../../src/core/manual-clock.ts';
import type { CreditChannel } from '../../src/l2cap/credit-channel.ts';
import type { OpenChannel } from '../../src/l2cap/credit-machine.ts';
import { L2capLink } from '../../src/l2cap/l2cap-link.ts';
import { FakeAclLink } from '../support/fake-acl-link.ts';

const SEED = 0x20c3;
const MTU = 100;
const LIMIT = 32;

type Step =
  | {
      readonly kind: 'frame';
      readonly channel: number;
      /** An SDU in one frame; its begin; its end as it should be; or whatever comes. */
      readonly shape: 'whole' | 'part' | 'end' | 'lie';
      readonly sdu: number;
      readonly payload: Uint8Array;
    }
  | { readonly kind: 'raw'; readonly cid: number; readonly payload: Uint8Array }
  | { readonly kind: 'command'; readonly code: number; readonly fields: readonly number[] }
  | { readonly kind: 'read' }
  | { readonly kind: 'send'; readonly length: number }
  | { readonly kind: 'connect' }
  | { readonly kind: 'disconnect'; readonly channel: number }
  | { readonly kind: 'wait'; readonly ms: number };

const cid = fc.oneof(fc.integer({ min: 0x3e, max: 0x50 }), fc.nat({ max: 0xffff }));
const size = fc.oneof(fc.constantFrom(0, 1, 22, 23, 50, 0xffff), fc.nat({ max: 0xffff }));
const field = fc.oneof(cid, size, fc.constant(0x80));
const payload = fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.uint8Array({ maxLength: 130 }));

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('frame' as const),
      channel: fc.nat({ max: 3 }),
      shape: fc.constantFrom('whole', 'whole', 'part', 'end', 'end', 'lie'),
      sdu: fc.oneof(fc.nat({ max: 20 }), fc.nat({ max: 130 })),
      payload,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('raw' as const), cid, payload }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('command' as const),
      code: fc.constantFrom(0x01, 0x06, 0x07, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a),
      fields: fc.array(field, { maxLength: 6 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom(0x45, 0x46, 0x47, 0x48), fc.nat({ max: 40 }))
      .map(([source, credits]) => ({
        kind: 'command' as const,
        code: 0x14,
        fields: [0x80, source, 60, 30, credits],
      })),
  },
  { weight: 3, arbitrary: fc.constant({ kind: 'read' as const }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('send' as const), length: fc.nat({ max: 500 }) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'connect' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('disconnect' as const), channel: fc.nat({ max: 3 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1, 1_000, 31_000) }),
  },
);

/** What the peer may have in flight on one channel, kept apart from the code under test. */
class Ledger {
  readonly channel: CreditChannel;
  readonly unread: { readonly length: number; readonly frames: number }[] = [];

  constructor(channel: CreditChannel) {
    this.channel = channel;
    channel.receiver = ({ length }, frames) => this.unread.push({ length, frames });
  }

  read(): void {
    const sdu = this.unread.shift();
    if (sdu !== undefined) this.channel.read(sdu.frames);
  }
}

/** The payload of the step, cut or stretched to what is missing where it shall end an SDU. */
const shaped = (frame: Extract<Step, { readonly kind: 'frame' }>, state: OpenChannel): Uint8Array => {
  if (frame.shape !== 'end' || state.sduLength === undefined) return frame.payload;
  return new Uint8Array(state.sduLength - state.filled);
};

const u16 = (value: number): readonly [number, number] => [value & 0xff, (value >> 8) & 0xff];

test('a peer that lies about channels: nothing is thrown, nothing grows, nothing hangs', async () => {
  let deliveries = 0;
  let broken = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
      const acl = new FakeAclLink(251);
      const clock = new ManualClock();
      const ledgers: Ledger[] = [];
      const outcomes: Promise<unknown>[] = [];
      const link = new L2capLink({
        acl,
        role: 'central',
        clock,
        log: new Log(),
        peer: 'the peer',
        listenerOf: (spsm) =>
          spsm === 0x80
            ? {
                mtu: MTU,
                room: 8,
                admit: () => 0,
                opened: (channel) => ledgers.push(new Ledger(channel)),
              }
            : undefined,
      });
      link.start();
      let identifier = 0;
      const pdu = (to: number, bytes: readonly number[]): void =>
        acl.deliver(Uint8Array.of(...u16(bytes.length), ...u16(to), ...bytes));
      const open = (): Ledger[] => ledgers.filter(({ channel }) => channel.state.phase === 'open');
      const act = async (one: Step): Promise<void> => {
        switch (one.kind) {
          case 'frame': {
            const all = open();
            const ledger = all[one.channel % all.length];
            if (ledger === undefined) break;
            const { channel } = ledger;
            const { state } = channel;
            if (state.phase !== 'open') break;
            const begins = state.sduLength === undefined;
            const payload = shaped(one, state);
            const announced = {
              whole: payload.length,
              part: payload.length + one.sdu,
              end: one.sdu,
              lie: one.sdu,
            };
            const sdu = state.sduLength ?? announced[one.shape];
            const bytes = begins ? [...u16(sdu), ...payload] : [...payload];
            const isLegal =
              state.receiveCredits > 0 &&
              payload.length <= channel.mps &&
              sdu <= MTU &&
              state.filled + payload.length <= sdu;
            const delivered = ledger.unread.length;
            pdu(channel.localCid, bytes);
            expect(channel.state.phase).toBe(isLegal ? 'open' : 'closing');
            const isWhole = isLegal && state.filled + payload.length === sdu;
            expect(ledger.unread.length).toBe(delivered + (isWhole ? 1 : 0));
            if (isWhole) expect(ledger.unread.at(-1)?.length).toBe(sdu);
            deliveries += isWhole ? 1 : 0;
            broken += isLegal ? 0 : 1;
            break;
          }
          case 'raw':
            pdu(one.cid, [...one.payload]);
            break;
          case 'command':
            identifier = (identifier % 0xff) + 1;
            pdu(5, [one.code, identifier, ...u16(2 * one.fields.length), ...one.fields.flatMap(u16)]);
            break;
          case 'read':
            for (const ledger of ledgers) ledger.read();
            break;
          case 'send':
            for (const { channel } of open().slice(0, 2))
              outcomes.push(channel.send(new Uint8Array(one.length)));
            break;
          case 'connect':
            outcomes.push(
              link.credit.enhanced
                .connect(0x80, MTU, 2, {})
                .then((channels) => ledgers.push(...channels.map((channel) => new Ledger(channel)))),
            );
            outcomes.push(
              link.credit.connect(0x80, MTU, {}).then((channel) => ledgers.push(new Ledger(channel))),
            );
            break;
          case 'disconnect':
            outcomes.push(open()[one.channel]?.channel.disconnect() ?? Promise.resolve());
            break;
          case 'wait':
            await clock.advance(one.ms);
            break;
        }
      };
      for (const one of steps) {
        await act(one);
        await Promise.resolve();
        expect(open().length).toBeLessThanOrEqual(LIMIT);
        for (const { channel, unread } of open()) {
          const { state } = channel;
          if (state.phase !== 'open') continue;
          const held = unread.reduce((sum, { frames }) => sum + frames, 0);
          expect(state.receiveCredits + state.owed + state.partial + held).toBe(32);
          expect(state.sendCredits).toBeGreaterThanOrEqual(0);
          expect(state.sendCredits).toBeLessThanOrEqual(0xffff);
        }
        acl.takeSent();
      }
      acl.disconnect();
      await Promise.allSettled(outcomes);
      expect(link.counters.receiverErrors).toBe(0);
      expect(ledgers.every(({ channel }) => channel.state.phase === 'closed')).toBe(true);
      expect(clock.pending).toBe(0);
    }),
    { seed: SEED, numRuns: 600 },
  );
  // The trial reached what it is about.
  expect(deliveries).toBeGreaterThan(300);
  expect(broken).toBeGreaterThan(300);
});

test('two sides that keep the rules: whatever is sent, however it is read, comes out as it went in', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 23, max: 600 }),
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 }),
      async (lengths, mtu, pace) => {
        const left = new FakeAclLink(251, 1);
        const right = new FakeAclLink(251, 2);
        left.peer = right;
        right.peer = left;
        const clock = new ManualClock();
        const received: number[] = [];
        const unread: { readonly sdu: Uint8Array; readonly frames: number }[] = [];
        let server: CreditChannel | undefined;
        const options = { clock, log: new Log(), peer: 'the peer' };
        const a = new L2capLink({ ...options, acl: left, role: 'central' });
        const b = new L2capLink({
          ...options,
          acl: right,
          role: 'peripheral',
          listenerOf: () => ({
            mtu,
            room: 8,
            admit: () => 0,
            opened: (channel) => {
              server = channel;
              channel.receiver = (sdu, frames) => unread.push({ sdu, frames });
            },
          }),
        });
        a.start();
        b.start();
        const client = await clock.run(a.credit.connect(0x80, 23, {}));
        const expected = lengths.flatMap((length, i) => Array.from({ length }, (_, at) => (at + i) & 0xff));
        let at = 0;
        const sending = Promise.all(
          lengths.map((length) => {
            const data = Uint8Array.from(expected.slice(at, at + length));
            at += length;
            return client.send(data, { timeoutMs: Number.POSITIVE_INFINITY });
          }),
        );
        for (let round = 0; received.length < expected.length && round < 10_000; round++) {
          await clock.advance(0);
          for (const { sdu, frames } of unread.splice(0, pace[round % pace.length])) {
            received.push(...sdu);
            server?.read(frames);
          }
        }
        await clock.run(sending);
        expect(received).toEqual(expected);
        for (const end of [left, right]) end.disconnect();
      },
    ),
    { seed: SEED, numRuns: 60 },
  );
});
