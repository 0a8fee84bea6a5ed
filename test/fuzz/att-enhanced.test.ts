import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BearerSet } from '../../src/att/bearer-set.ts';
import { Read } from '../../src/att/codec/exchanges.ts';
import { ReadResponse, valueResponse } from '../../src/att/codec/responses.ts';
import { EATT_SPSM, EnhancedBearers } from '../../src/att/enhanced-bearers.ts';
import { Log } from '../../src/core/log.ts';
import { ManualClock } from '../../src/core/manual-clock.ts';
import { L2capLink } from '../../src/l2cap/l2cap-link.ts';
import { FakeAclLink } from '../support/fake-acl-link.ts';

const SEED = 0xea77;
/** The unenhanced bearer and the most Enhanced ones. */
const MOST = 6;

type Step =
  /** An SDU on one of the channels, whole, or with a length that lies. */
  | { readonly kind: 'sdu'; readonly channel: number; readonly pdu: Uint8Array; readonly lie: number }
  | { readonly kind: 'fixed'; readonly pdu: Uint8Array }
  | {
      readonly kind: 'command';
      readonly code: number;
      readonly identifier: number;
      readonly fields: readonly number[];
    }
  | { readonly kind: 'open'; readonly count: number }
  | { readonly kind: 'read' }
  | { readonly kind: 'indicate' }
  | { readonly kind: 'notify' }
  | { readonly kind: 'wait'; readonly ms: number };

const opcode = fc.constantFrom(
  0x01,
  0x02,
  0x03,
  0x0a,
  0x0b,
  0x12,
  0x13,
  0x1b,
  0x1d,
  0x1e,
  0x23,
  0x52,
  0xd2,
  0x21,
  0x3f,
);
const pdu = fc
  .tuple(opcode, fc.uint8Array({ maxLength: 30 }))
  .map(([first, rest]) => Uint8Array.of(first, ...rest));
const cid = fc.integer({ min: 0x3e, max: 0x50 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('sdu' as const),
      channel: fc.nat({ max: 5 }),
      pdu: fc.oneof(pdu, fc.uint8Array({ maxLength: 60 })),
      lie: fc.oneof(
        { weight: 9, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: fc.integer({ min: -5, max: 700 }) },
      ),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('fixed' as const), pdu }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('command' as const),
      code: fc.constantFrom(0x01, 0x06, 0x07, 0x16, 0x17, 0x18, 0x19, 0x1a),
      identifier: fc.integer({ min: 1, max: 8 }),
      fields: fc.array(fc.oneof(cid, fc.constantFrom(0, 4, 64, 100, 517, 0xffff)), { maxLength: 9 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.integer({ min: 1, max: 8 }), fc.uniqueArray(cid, { minLength: 1, maxLength: 5 }))
      .map(([identifier, cids]) => ({
        kind: 'command' as const,
        code: 0x17,
        identifier,
        fields: [EATT_SPSM, 100, 64, 20, ...cids],
      })),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('open' as const), count: fc.integer({ min: 1, max: 5 }) }),
  },
  { weight: 3, arbitrary: fc.constantFrom<Step>({ kind: 'read' }, { kind: 'indicate' }, { kind: 'notify' }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1, 150, 31_000) }),
  },
);

const u16 = (value: number): readonly [number, number] => [value & 0xff, (value >> 8) & 0xff];

test('a peer that lies on Enhanced bearers: nothing is thrown, nothing grows, every call settles', async () => {
  let most = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 50, size: 'max' }),
      fc.constantFrom('central' as const, 'peripheral' as const),
      async (steps, role) => {
        const acl = new FakeAclLink(251);
        const clock = new ManualClock();
        const base = { clock, log: new Log(), peer: 'the peer', role };
        const link: L2capLink = new L2capLink({
          ...base,
          acl,
          listenerOf: (spsm) => (spsm === EATT_SPSM ? enhanced.listener() : undefined),
        });
        const poisonings: Error[] = [];
        const bearers = new BearerSet({
          ...base,
          channel: link.att,
          onPoisoned: (error) => poisonings.push(error),
        });
        const channels = link.credit.enhanced;
        const enhanced = new EnhancedBearers({
          ...base,
          bearers,
          channels,
          paceMs: () => 30,
          admit: () => 0,
        });
        bearers.serve(() => ({
          handleRequest: (_, mtu) => valueResponse(ReadResponse, new Uint8Array(10), mtu),
          handleCommand: () => undefined,
        }));
        link.start();
        const outcomes: Promise<unknown>[] = [];
        const started = (call: Promise<unknown>): void => {
          outcomes.push(call.catch((error: unknown) => error));
        };
        const deliver = (to: number, payload: readonly number[]): void => {
          acl.deliver(Uint8Array.of(...u16(payload.length), ...u16(to), ...payload));
        };
        for (const one of steps) {
          switch (one.kind) {
            case 'sdu':
              deliver(0x40 + one.channel, [...u16(Math.max(0, one.pdu.length + one.lie)), ...one.pdu]);
              break;
            case 'fixed':
              deliver(4, [...one.pdu]);
              break;
            case 'command': {
              const data = one.fields.flatMap(u16);
              deliver(5, [one.code, one.identifier, ...u16(data.length), ...data]);
              break;
            }
            case 'open':
              started(enhanced.open(one.count));
              break;
            case 'read':
              started(bearers.request(Read, { attributeHandle: 1 }, { what: 'reading' }));
              break;
            case 'indicate':
              started(bearers.indicate(1, new Uint8Array(5), { what: 'indicating' }));
              break;
            case 'notify':
              started(bearers.notify(1, new Uint8Array(5)));
              break;
            case 'wait':
              await clock.advance(one.ms);
              break;
          }
          await clock.advance(0);
          expect(bearers.size).toBeLessThanOrEqual(MOST);
          most = Math.max(most, bearers.size);
          expect(link.counters.receiverErrors).toBe(0);
        }
        // Calls have deadlines, channels that are being closed RTX; what is left then is the link's.
        await clock.advance(120_000);
        await Promise.all(outcomes);
        acl.disconnect();
        await clock.advance(0);
        expect(bearers.scope.error).toBeDefined();
        expect(clock.pending).toBe(0);
      },
    ),
    { seed: SEED, numRuns: 400 },
  );
  expect(most).toBe(MOST);
}, 60_000);
