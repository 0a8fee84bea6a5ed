import fc from 'fast-check';
import { Characteristic, type L2capChannel, Service } from 'jelling';
import { FILE_SERVICE, FileClient, FileError, isFileName, serveFiles } from 'jelling/services';
import { expect, test } from 'vitest';
import { encodeFileMessage, type SentMessage } from '../../src/services/files/file-message.ts';
import { Hosts, linked } from '../support/hosts.ts';
import { MemoryFiles, sha256Of } from '../support/memory-files.ts';

const SEED = 0xf11e5;
const RUNS = 150;
const PSM = 0x90;
const MINUTE = 60_000;
const FUZZ_MS = 60_000;

const file = Uint8Array.from({ length: 3_000 }, (_, i) => i & 0xff);
/** What an honest client sends of it, piece by piece. */
const piece = fc.nat({ max: 7 }).map((i) => file.subarray(i * 400, i * 400 + 400));

const size = fc.oneof(fc.nat({ max: 10 }), fc.constantFrom(400, 3_000, 3_001), fc.maxSafeNat());
const digest = fc.oneof(
  fc.constantFrom(sha256Of(file), sha256Of(file.subarray(0, 400)), sha256Of(new Uint8Array(0))),
  fc.uint8Array({ minLength: 32, maxLength: 32 }),
);
const name = fc.oneof(fc.constantFrom('a', 'b', 'c', '../a', '.a', ''), fc.string({ maxLength: 12 }));
const entry = fc.record({ name, size, modifiedMs: size });
const message: fc.Arbitrary<SentMessage> = fc.oneof(
  fc.constantFrom({ kind: 'list' } as const, { kind: 'done' } as const, { kind: 'done' } as const),
  fc.record({ kind: fc.constant('get' as const), name }),
  fc.record({ kind: fc.constant('put' as const), name, size, digest, replace: fc.boolean() }),
  fc.record({ kind: fc.constant('entries' as const), entries: fc.array(entry, { maxLength: 3 }) }),
  fc.record({ kind: fc.constant('offer' as const), size, digest }),
  fc.record({ kind: fc.constant('start' as const), offset: size }),
  fc.record({
    kind: fc.constant('data' as const),
    octets: fc.oneof(piece, fc.uint8Array({ maxLength: 20 })),
  }),
  fc.record({ kind: fc.constant('error' as const), reason: fc.nat({ max: 0xff }) }),
);

type Step =
  | { readonly kind: 'say'; readonly octets: Uint8Array }
  | { readonly kind: 'hear' }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'close' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: message.map((value) => ({ kind: 'say' as const, octets: encodeFileMessage(value) })),
  },
  {
    weight: 2,
    arbitrary: fc
      .uint8Array({ minLength: 1, maxLength: 60 })
      .map((octets) => ({ kind: 'say' as const, octets })),
  },
  { weight: 3, arbitrary: fc.constant({ kind: 'hear' as const }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(10, 31_000).map((ms) => ({ kind: 'wait' as const, ms })),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'close' as const }) },
);
const script = fc.array(step, { maxLength: 12 });
/** One that gets further: a whole upload, or a download, with a step in between. */
const nearly = fc.tuple(fc.boolean(), fc.nat({ max: 9 }), step).map(([isUpload, at, odd]) => {
  const say = (value: SentMessage): Step => ({ kind: 'say', octets: encodeFileMessage(value) });
  const put = { kind: 'put', name: 'b', size: 3_000, digest: sha256Of(file), replace: true } as const;
  const steps: Step[] = isUpload
    ? [
        say(put),
        { kind: 'hear' },
        ...Array.from({ length: 8 }, (_, i) =>
          say({ kind: 'data', octets: file.subarray(i * 400, i * 400 + 400) }),
        ),
        { kind: 'hear' },
      ]
    : [
        say({ kind: 'get', name: 'a' }),
        { kind: 'hear' },
        say({ kind: 'start', offset: 2_000 }),
        { kind: 'hear' },
      ];
  steps.splice(at, 0, odd);
  return steps;
});

const play = async (hosts: Hosts, channel: L2capChannel, steps: readonly Step[]): Promise<void> => {
  for (const each of steps) {
    if (!channel.isOpen) return;
    const wait = { timeoutMs: 5_000 };
    if (each.kind === 'wait') await hosts.clock.advance(each.ms);
    else if (each.kind === 'close') await hosts.run(channel.disconnect());
    else {
      const work: Promise<unknown> =
        each.kind === 'say' ? channel.send(each.octets, wait) : channel.receive(wait);
      await hosts.run(work.catch(() => undefined));
    }
  }
};

test('a server stands whatever a client says', { timeout: FUZZ_MS }, async () => {
  await using hosts = new Hosts();
  const host = await hosts.host();
  const storage = new MemoryFiles();
  serveFiles(host.ble, { storage, psm: PSM, uploads: 'replace', maxSize: 5_000 });
  const { atCentral } = await linked(hosts, await hosts.host(), host);
  let kept = 0;
  await fc.assert(
    fc.asyncProperty(fc.oneof(script, nearly), async (steps) => {
      storage.files.clear();
      storage.files.set('a', file);
      const channel = await hosts.run(atCentral.l2capConnect({ psm: PSM }));
      await play(hosts, channel, steps);
      await hosts.clock.advance(MINUTE);
      expect(channel.isOpen).toBe(false);
      expect(storage.openFiles).toBe(0);
      expect(storage.wrong).toEqual([]);
      if (storage.files.has('b')) kept++;
      storage.partials.clear();
    }),
    { seed: SEED, numRuns: RUNS },
  );
  expect(storage.asked.every(isFileName)).toBe(true);
  // The scripts do get through to the end, too.
  expect(kept).toBeGreaterThan(5);
  expect(atCentral.isConnected).toBe(true);
});

test('a client stands whatever a server says', { timeout: FUZZ_MS }, async () => {
  await using hosts = new Hosts();
  const host = await hosts.host();
  const service = new Service(FILE_SERVICE);
  new Characteristic(service, '965f0002-0d76-490c-b129-009cace3b910', {
    read: true,
    initial: Uint8Array.of(1, PSM, 0),
  });
  host.ble.registerServices(service);
  const listener = host.ble.l2capListen({ psm: PSM });
  const { atCentral } = await linked(hosts, await hosts.host(), host);
  const client = await hosts.run(FileClient.find(atCentral));
  const local = new MemoryFiles({ c: file });
  const outcomes = new Set<string>();
  const works = {
    list: () => client.list(),
    download: () => client.download('a', local),
    upload: () => client.upload('b', local, { localName: 'c' }),
  } as const;
  const helpful: Step = {
    kind: 'say',
    octets: encodeFileMessage({ kind: 'offer', size: 400, digest: sha256Of(file.subarray(0, 400)) }),
  };
  const begins = fc
    .tuple(fc.boolean(), script)
    .map(([helps, steps]) => (helps ? [helpful, ...steps] : steps));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...(['list', 'download', 'upload'] as const)),
      begins,
      async (which, steps) => {
        local.files.delete('a');
        const outcome = works[which]().then(
          () => `${which} done`,
          (error: unknown) => {
            // FileError or an error of the link: nothing else comes of a peer.
            expect(error).toHaveProperty('code', expect.stringMatching(/^BLE_(FILE|TIMEOUT|DISCONNECTED)$/));
            return error instanceof FileError ? `${which} ${error.origin}` : `${which} link`;
          },
        );
        const channel = await hosts.run(listener.accept());
        await play(hosts, channel, steps);
        await hosts.clock.advance(MINUTE);
        outcomes.add(await hosts.run(outcome));
        expect(channel.isOpen).toBe(false);
        expect(local.openFiles).toBe(0);
        expect(local.wrong).toEqual([]);
        local.partials.clear();
      },
    ),
    { seed: SEED, numRuns: RUNS },
  );
  expect([...outcomes]).toEqual(expect.arrayContaining(['list local', 'download peer', 'upload link']));
  expect(local.asked.every(isFileName)).toBe(true);
});
