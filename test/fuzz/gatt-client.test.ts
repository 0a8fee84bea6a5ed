import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BleError } from '../../src/core/errors.ts';
import { MemoryGattCache } from '../../src/gatt/client/gatt-cache.ts';
import type { GattClient } from '../../src/gatt/client/gatt-client.ts';
import type { RemoteCharacteristic } from '../../src/gatt/client/remote-characteristic.ts';
import { ManualClock, ScriptedServer, turn } from '../support/gatt-pair.ts';

const SEED = 0x6a78;

/** Everything that a client can ask of a peer; whatever it answers, each of these settles. */
const workOn = async (client: GattClient): Promise<void> => {
  const outcomes: unknown[] = [];
  const attempt = async <T>(call: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await call();
    } catch (error) {
      outcomes.push(error);
      return undefined;
    }
  };
  const exercise = async (characteristic: RemoteCharacteristic): Promise<void> => {
    await attempt(() => characteristic.read());
    await attempt(() => characteristic.write(new Uint8Array(3)));
    await attempt(() => characteristic.write(new Uint8Array(50)));
    await attempt(() => characteristic.subscribe());
    await attempt(() => characteristic.notified({ timeoutMs: 5 }));
    for (const descriptor of (await attempt(() => characteristic.descriptors())) ?? []) {
      await attempt(() => descriptor.read());
    }
  };
  await attempt(() => client.discover());
  const services = [
    ...((await attempt(() => client.services())) ?? []),
    await attempt(() => client.service(0x181a)),
  ].slice(0, 3);
  for (const service of services) {
    if (service === undefined) continue;
    await attempt(() => service.includedServices());
    for (const characteristic of ((await attempt(() => service.characteristics())) ?? []).slice(0, 3)) {
      await exercise(characteristic);
    }
  }
  for (const outcome of outcomes) expect(outcome).toBeInstanceOf(BleError);
};

const responses: Readonly<Record<string, number>> = {
  '04': 0x05,
  '06': 0x07,
  '08': 0x09,
  '0a': 0x0b,
  '0c': 0x0d,
  '10': 0x11,
  '12': 0x13,
  '16': 0x17,
  '18': 0x19,
  '20': 0x21,
};

const little = (value: number): number[] => [value & 0xff, value >> 8];
const handle = fc.oneof(fc.integer({ min: 0, max: 0x30 }), fc.constantFrom(0xfffe, 0xffff));

/** Tails of answers: some of the right form for some request, some of none. */
const tail: fc.Arbitrary<number[]> = fc.oneof(
  fc.array(fc.nat(255), { maxLength: 24 }),
  fc.constant<number[]>([]),
  fc
    .array(fc.tuple(handle, handle), { minLength: 1, maxLength: 3 })
    .map((items) => [6, ...items.flatMap(([start, end]) => [...little(start), ...little(end), 0x1a, 0x18])]),
  fc
    .array(fc.tuple(handle, handle), { minLength: 1, maxLength: 5 })
    .map((items) => items.flatMap(([start, end]) => [...little(start), ...little(end)])),
  fc
    .array(fc.tuple(handle, handle, fc.nat(255)), { minLength: 1, maxLength: 2 })
    .map((items) => [
      7,
      ...items.flatMap(([at, value, properties]) => [
        ...little(at),
        properties,
        ...little(value),
        0x6e,
        0x2a,
      ]),
    ]),
  handle.map((at) => [18, ...little(at), ...Array<number>(16).fill(at & 1)]),
  fc
    .array(handle, { minLength: 1, maxLength: 5 })
    .map((items) => [1, ...items.flatMap((at) => [...little(at), 0x02, 0x29])]),
);

type Reply =
  | { readonly kind: 'tail'; readonly octets: number[] }
  | { readonly kind: 'error'; readonly status: number }
  | { readonly kind: 'other'; readonly octets: number[] }
  | { readonly kind: 'silence' }
  | { readonly kind: 'change' };
const reply: fc.Arbitrary<Reply> = fc.oneof(
  { weight: 8, arbitrary: tail.map((octets): Reply => ({ kind: 'tail', octets })) },
  { weight: 3, arbitrary: fc.constant<Reply>({ kind: 'error', status: 0x0a }) },
  { weight: 1, arbitrary: fc.nat(255).map((status): Reply => ({ kind: 'error', status })) },
  {
    weight: 1,
    arbitrary: fc.array(fc.nat(255), { maxLength: 25 }).map((octets): Reply => ({ kind: 'other', octets })),
  },
  { weight: 1, arbitrary: fc.constant<Reply>({ kind: 'silence' }) },
  { weight: 1, arbitrary: fc.constant<Reply>({ kind: 'change' }) },
);

test('a client works to its end with any server, and rejects with nothing but its own errors', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(reply, { minLength: 1, maxLength: 40 }),
      fc.boolean(),
      async (replies, bonded) => {
        const clock = new ManualClock();
        const hex = (...octets: number[]): string => Buffer.from(octets).toString('hex');
        let asked = 0;
        const answers = (pdu: string): string | undefined => {
          const request = pdu.slice(0, 2);
          const answer = responses[request];
          if (answer === undefined) return undefined;
          const next = replies[asked++ % replies.length];
          switch (next?.kind) {
            case 'tail':
              return hex(answer, ...next.octets);
            case 'error':
              return hex(0x01, Number.parseInt(request, 16), 0, 0, next.status);
            case 'other':
              // Not what was asked for, so that it must not end the wait; an honest refusal comes behind it.
              server.send(hex(...next.octets));
              return hex(0x01, Number.parseInt(request, 16), 0, 0, 0x0e);
            case 'change':
              server.client.invalidate(1, 0xffff);
              return hex(0x01, Number.parseInt(request, 16), 0, 0, 0x0a);
            default:
              return undefined;
          }
        };
        const cache = new MemoryGattCache();
        const memory = { cache, peer: () => ({ key: 'the server', bonded }) };
        let server = new ScriptedServer(clock, answers, { memory, registers: true });
        // The second time with what is kept of the first.
        for (const _link of [1, 2]) {
          await clock.run(workOn(server.client), 10 * 60_000);
          // Each step leads forward, so what a server can make a client ask is bounded.
          expect(asked).toBeLessThan(5_000);
          server.channel.disconnect();
          await turn();
          expect(clock.pending).toBe(0);
          expect(server.client.counters.cacheFailures).toBe(0);
          asked = 0;
          server = new ScriptedServer(clock, answers, { memory, registers: true });
        }
      },
    ),
    { seed: SEED, numRuns: 300 },
  );
}, 60_000);

test('values of any handle, length and kind are taken or counted, never thrown', async () => {
  const pdu = fc.tuple(fc.constantFrom(0x1b, 0x1d, 0x23), fc.array(fc.nat(255), { maxLength: 30 }));
  await fc.assert(
    fc.asyncProperty(fc.array(pdu, { maxLength: 30 }), async (values) => {
      const clock = new ManualClock();
      const server = new ScriptedServer(clock, () => undefined);
      for (const [opcode, octets] of values) server.channel.deliver([opcode, ...octets]);
      await turn();
      const indications = values.filter(([opcode]) => opcode === 0x1d).length;
      // Every indication is confirmed, up to what the bearer lets wait for the controller.
      expect(server.takeAsked().length).toBe(Math.min(indications, 8));
      server.channel.disconnect();
    }),
    { seed: SEED, numRuns: 200 },
  );
}, 60_000);
