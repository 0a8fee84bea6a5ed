import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ManualClock } from '../../src/core/manual-clock.ts';
import { HciCommand } from '../../src/hci/codec/commands.ts';
import type { HciEventType } from '../../src/hci/codec/event.ts';
import { HciEvent } from '../../src/hci/codec/events.ts';
import { HciController } from '../../src/hci/hci-controller.ts';
import { arbitraryOfShape } from '../support/arbitrary.ts';
import { everything, ScriptedController } from '../support/scripted-controller.ts';

const total = everything.leBuffers.count;
let clock: ManualClock;
let script: ScriptedController;
let controller: HciController;

beforeEach(async () => {
  clock = new ManualClock();
  script = new ScriptedController(everything);
  controller = await clock.run(HciController.start(script, { clock }));
  for (const type of Object.values<HciEventType>(HciEvent)) controller.on(type, () => {});
  controller.onConnection((_event, link) => {
    if (link !== undefined) link.receiver = () => {};
  });
  controller.onReports((reports) => {
    while (reports.next()) {
      expect(reports.address.length).toBe(17);
      expect(reports.data.length).toBe(reports.dataLength);
      expect(Number.isInteger(reports.addressKey + reports.rssi + reports.eventType)).toBe(true);
    }
  });
});

afterEach(async () => {
  await clock.run(controller.close());
  expect(clock.pending).toBe(0);
});

/** What holds after whatever the controller has sent. */
const holds = (): void => {
  const { freeAclBuffers, counters } = controller;
  expect(freeAclBuffers).toBeGreaterThanOrEqual(0);
  expect(freeAclBuffers).toBeLessThanOrEqual(total);
  expect(counters['eventHandlerErrors']).toBe(0);
  expect(counters['reportHandlerErrors']).toBe(0);
  expect(counters['connectionHandlerErrors']).toBe(0);
};

/** Ends the controller by rule, so it is not sent. */
const isFatal = (packet: Uint8Array): boolean => packet[1] === HciEvent.hardwareError.code;

const events = Object.values<HciEventType>(HciEvent);

test.each(events.map((type) => [type.name, type] as const))('%s, cut at every place', (_name, type) => {
  fc.assert(
    fc.property(arbitraryOfShape(type.parameters.shape), (parameters) => {
      const whole = type.encode(parameters);
      if (isFatal(whole)) return;
      for (let length = 0; length <= whole.length; length++) {
        const cut = whole.slice(0, length);
        script.deliver(cut);
        // The same with a length that tells the truth of what is there.
        if (length >= 3) {
          cut[2] = length - 3;
          script.deliver(cut);
        }
      }
      holds();
    }),
    { seed: 5, numRuns: 10 },
  );
});

test('hardware errors that are cut do not end the controller', () => {
  script.deliver(Uint8Array.of(4, HciEvent.hardwareError.code, 0));
  script.deliver(Uint8Array.of(4, HciEvent.hardwareError.code));
  expect(controller.scope.error).toBeUndefined();
});

test('any octets at all', () => {
  const packet = fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    // Well-formed headers lead deeper.
    fc.tuple(fc.constantFrom(...events), fc.uint8Array({ maxLength: 60 })).map(([type, rest]) => {
      const subevent = type.subevent === undefined ? [] : [type.subevent];
      return Uint8Array.of(4, type.code, rest.length + subevent.length, ...subevent, ...rest);
    }),
    fc
      .tuple(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 3 }), fc.uint8Array({ maxLength: 40 }))
      .map(([handle, flag, data]) => Uint8Array.of(2, handle, flag << 4, data.length, 0, ...data)),
  );
  fc.assert(
    fc.property(fc.array(packet, { maxLength: 30 }), (packets) => {
      for (const octets of packets) if (!isFatal(octets)) script.deliver(octets);
      holds();
    }),
    { seed: 6, numRuns: 500 },
  );
});

test('connections, data, credits and ends in any order keep the account of the buffers', async () => {
  const handle = fc.integer({ min: 1, max: 4 });
  const step = fc.oneof(
    fc.record({ kind: fc.constant('connect' as const), handle, count: fc.constant(0) }),
    fc.record({ kind: fc.constant('disconnect' as const), handle, count: fc.constant(0) }),
    fc.record({ kind: fc.constant('completed' as const), handle, count: fc.integer({ min: 0, max: 12 }) }),
    fc.record({ kind: fc.constant('send' as const), handle, count: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ kind: fc.constant('acl' as const), handle, count: fc.integer({ min: 0, max: 30 }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const outcomes: Promise<unknown>[] = [];
      for (const { kind, handle, count } of steps) {
        if (kind === 'connect') script.connect(handle);
        else if (kind === 'disconnect') script.disconnect(handle);
        else if (kind === 'completed') script.completed([handle, count]);
        else if (kind === 'acl') script.acl(handle, new Uint8Array(count), count % 2 === 0);
        else {
          const packets = Array.from({ length: count }, () => new Uint8Array(9 + count));
          const sending = controller.links
            .get(handle)
            ?.send(packets[0] ?? new Uint8Array(9), packets.slice(1));
          if (sending !== undefined) outcomes.push(sending.catch(() => 'gave up'));
        }
        holds();
      }
      for (const link of [...controller.links.keys()]) script.disconnect(link);
      expect(controller.freeAclBuffers).toBe(total);
      await Promise.all(outcomes);
      expect(clock.pending).toBe(0);
    }),
    { seed: 7, numRuns: 300 },
  );
});

test('answers to commands in any form leave every command settled', async () => {
  const answer = fc.tuple(fc.constantFrom(0x0e, 0x0f), fc.uint8Array({ maxLength: 12 }), fc.boolean());
  await fc.assert(
    fc.asyncProperty(answer, async ([code, rest, matching]) => {
      const { opcode } = HciCommand.leRand;
      const [low, high] = matching ? [opcode & 0xff, opcode >> 8] : [0x34, 0x12];
      const head = code === 0x0e ? [1, low, high] : [rest[0] ?? 0, 1, low, high];
      const octets = Uint8Array.of(4, code, head.length + rest.length, ...head, ...rest);
      script.script(HciCommand.leRand, () => [octets]);
      const settled = controller.send(HciCommand.leRand, {}, { timeoutMs: 10 }).then(
        () => true,
        () => true,
      );
      expect(await clock.run(settled)).toBe(true);
      // A good answer after it, so that the command does not hold the place.
      script.deliver(Uint8Array.of(4, 0x0e, 12, 1, opcode & 0xff, opcode >> 8, 0, ...new Uint8Array(8)));
      expect(controller.scope.error).toBeUndefined();
      holds();
    }),
    { seed: 8, numRuns: 300 },
  );
});
