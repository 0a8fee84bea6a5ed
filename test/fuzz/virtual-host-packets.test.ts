import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/core/manual-clock.ts';
import { HciCommand } from '../../src/hci/codec/commands.ts';
import { Air } from '../../src/virtual/air.ts';
import { handlersOf } from '../../src/virtual/commands/table.ts';
import { type ProfileName, profileOf } from '../../src/virtual/profile.ts';
import { settle, TestHost } from '../unit/virtual/test-host.ts';

const opcodes = [...handlersOf(profileOf('5.x')).keys()];
const withOpcode = (opcode: number, parameters: Uint8Array): Uint8Array =>
  Uint8Array.of(1, opcode & 0xff, opcode >> 8, parameters.length, ...parameters);

const command = fc
  .tuple(fc.constantFrom(...opcodes), fc.uint8Array({ maxLength: 64 }))
  .map(([opcode, parameters]) => withOpcode(opcode, parameters));
const acl = fc
  .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 15 }), fc.uint8Array({ maxLength: 300 }))
  .map(([handle, flags, data]) =>
    Uint8Array.of(2, handle, flags << 4, data.length & 0xff, data.length >> 8, ...data),
  );
const noise = fc.uint8Array({ minLength: 1, maxLength: 40 });
const step = fc.oneof(
  { arbitrary: fc.record({ host: fc.nat(1), packet: command }), weight: 4 },
  { arbitrary: fc.record({ host: fc.nat(1), packet: acl }), weight: 2 },
  { arbitrary: fc.record({ host: fc.nat(1), packet: noise }), weight: 1 },
);
const advanceBy = fc.constantFrom(0, 0, 1, 30, 2000, 50_000);

/** Two connected hosts, so that what is sent finds links. */
const withPair = async (
  profile: ProfileName,
  model: 'ideal' | 'timed',
  work: (hosts: readonly TestHost[], clock: ManualClock, air: Air) => Promise<void>,
): Promise<void> => {
  const clock = new ManualClock();
  const air = new Air({ clock, seed: 5, model });
  const hosts = [
    new TestHost(air.createController({ profile })),
    new TestHost(air.createController({ profile })),
  ];
  const [a, b] = hosts;
  try {
    for (const host of hosts) await host.setUp();
    await b?.advertise();
    if (b?.controller.address !== undefined) await a?.connectTo(b.controller.address);
    await clock.advance(300);
    await work(hosts, clock, air);
  } finally {
    for (const host of hosts) await host.transport.close();
    await clock.advance(0);
    expect(clock.pending).toBe(0);
  }
};

describe('what a host sends', () => {
  it.each(['ideal', 'timed'] as const)(
    'never throws on an air that is %s, and a Reset is always answered',
    (model) =>
      fc.assert(
        fc.asyncProperty(fc.array(fc.tuple(step, advanceBy), { maxLength: 40 }), (steps) =>
          withPair('5.x', model, async (hosts, clock) => {
            for (const [{ host, packet }, ms] of steps) {
              hosts[host]?.transport.send(packet);
              await clock.advance(ms);
            }
            for (const host of hosts) {
              host.packets.length = 0;
              host.transport.send(HciCommand.reset.encode({}));
              await settle();
              expect(host.answerTo(HciCommand.reset)).toEqual({ status: 0 });
              expect(host.controller.handles).toEqual([]);
              expect(host.controller.usedBuffers).toBe(0);
            }
          }),
        ),
        { seed: 20, numRuns: 150 },
      ),
  );

  it('is refused with an answer wherever a command is cut', () =>
    withPair('5.x', 'ideal', async ([host]) => {
      for (const opcode of opcodes) {
        for (let length = 0; length < 40; length++) {
          host?.transport.send(withOpcode(opcode, new Uint8Array(length)));
        }
        // Header cut, and a length octet that lies.
        for (const packet of [
          Uint8Array.of(1, opcode & 0xff, opcode >> 8),
          Uint8Array.of(1, opcode & 0xff, opcode >> 8, 9, 0),
        ]) {
          host?.transport.send(packet);
        }
        await settle();
      }
      expect(host?.violations).toContain('malformedPacket');
      host?.packets.splice(0);
      await host?.ok(HciCommand.reset, {});
    }));
});
