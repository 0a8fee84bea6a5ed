import { Characteristic, type L2capChannel, Service, TimeoutError } from 'jelling';
import {
  FILE_SERVICE,
  FileClient,
  FileErrorReason,
  type FileServerOptions,
  serveFiles,
} from 'jelling/services';
import { describe, expect, test } from 'vitest';
import { fromHex } from '../support/hex.ts';
import { Hosts, linked } from '../support/hosts.ts';
import { MemoryFiles, sha256Of } from '../support/memory-files.ts';

// One end is Jelling's, the other is octets as docs/files.md has them.

const SECOND = 1_000;
const PSM = 0x85;

const hexOf = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');
const ascii = (text: string): string => hexOf(new TextEncoder().encode(text));
const u64 = (value: number | bigint): string => {
  const octets = Buffer.alloc(8);
  octets.writeBigUInt64LE(BigInt(value));
  return octets.toString('hex');
};
const digestOf = (octets: Uint8Array): string => hexOf(sha256Of(octets));

/** The far end of a channel. */
class Raw {
  readonly #hosts: Hosts;
  readonly channel: L2capChannel;

  constructor(hosts: Hosts, channel: L2capChannel) {
    this.#hosts = hosts;
    this.channel = channel;
  }

  say(octets: string): Promise<void> {
    return this.#hosts.run(this.channel.send(fromHex(octets)));
  }

  /** The next message. */
  async hears(): Promise<string> {
    return hexOf(await this.#hosts.run(this.channel.receive()));
  }

  /** Says one thing, and hears one. */
  async asks(octets: string): Promise<string> {
    await this.say(octets);
    return this.hears();
  }

  /** Closes, as whoever has heard the last word does. */
  close(): Promise<void> {
    return this.#hosts.run(this.channel.disconnect());
  }
}

const serverOf = async (
  hosts: Hosts,
  files: Readonly<Record<string, Uint8Array>> = {},
  options: Partial<FileServerOptions> = {},
) => {
  const host = await hosts.host();
  const storage = new MemoryFiles(files);
  serveFiles(host.ble, { storage, psm: PSM, ...options });
  const { atCentral } = await linked(hosts, await hosts.host(), host);
  const connect = async (mtu = 512): Promise<Raw> =>
    new Raw(hosts, await hosts.run(atCentral.l2capConnect({ psm: PSM, mtu })));
  return { storage, connect };
};

describe('a client hears', () => {
  test('a listing', async () => {
    await using hosts = new Hosts();
    const { connect } = await serverOf(hosts, { a: new Uint8Array(5), bø: new Uint8Array(258) });
    const raw = await connect();
    expect(await raw.asks('01')).toBe(
      `10${u64(5)}${u64(1_000)}01${ascii('a')}${u64(258)}${u64(1_000)}03${ascii('bø')}`,
    );
    expect(await raw.hears()).toBe('22');
    expect(raw.channel.isOpen).toBe(true);
    await raw.close();
  });

  test('a file, from where it wants', async () => {
    await using hosts = new Hosts();
    const file = Uint8Array.from({ length: 600 }, (_, i) => i & 0xff);
    const { storage, connect } = await serverOf(hosts, { a: file });
    const raw = await connect();
    expect(await raw.asks(`02${ascii('a')}`)).toBe(`11${u64(600)}${digestOf(file)}`);
    expect(await raw.asks(`20${u64(10)}`)).toBe(`21${hexOf(file.subarray(10, 10 + 511))}`);
    expect(await raw.hears()).toBe(`21${hexOf(file.subarray(10 + 511))}`);
    expect(storage.openFiles).toBe(1);
    await raw.say('22');
    await hosts.run(raw.channel.disconnected());
    expect(storage.openFiles).toBe(0);
  });

  test('that its file is wanted from the beginning, or from where it was', async () => {
    await using hosts = new Hosts();
    const file = Uint8Array.of(1, 2, 3, 4, 5);
    const { storage, connect } = await serverOf(hosts, {}, { uploads: 'new' });
    const put = `0300${u64(5)}${digestOf(file)}${ascii('a')}`;
    const first = await connect();
    expect(await first.asks(put)).toBe(`20${u64(0)}`);
    await first.say('210102');
    await first.say('2103');
    await first.close();
    await hosts.clock.advance(SECOND);
    expect([storage.files.size, storage.openFiles]).toEqual([0, 0]);
    const second = await connect();
    expect(await second.asks(put)).toBe(`20${u64(3)}`);
    expect(await second.asks('210405')).toBe('22');
    expect(storage.files.get('a')).toEqual(file);
    await second.close();
  });

  test('that it may not have, or do, what it wants', async () => {
    await using hosts = new Hosts();
    const { connect } = await serverOf(hosts, { a: Uint8Array.of(1) }, { uploads: 'replace', maxSize: 9 });
    const other = digestOf(Uint8Array.of(2));
    for (const [asked, reason] of [
      [`02${ascii('b')}`, '04'],
      [`0300${u64(1)}${other}${ascii('a')}`, '05'],
      [`0300${u64(10)}${other}${ascii('b')}`, '07'],
      ['04', '02'],
      ['7f0102', '02'],
    ] as const) {
      const raw = await connect();
      expect(await raw.asks(asked)).toBe(`23${reason}`);
      await raw.close();
    }
    const replacing = await connect();
    expect(await replacing.asks(`0301${u64(1)}${other}${ascii('a')}`)).toBe(`20${u64(0)}`);
    expect(await replacing.asks('2102')).toBe('22');
    await replacing.close();
  });
});

describe('a server stands', () => {
  test.each([
    '..',
    '.',
    '',
    '.ssh',
    '../a',
    '..\\a',
    '/etc/passwd',
    'a/../../b',
    'C:a',
    'a:stream',
    'nul',
    'COM1.txt',
    'a.',
    'a ',
    'a\u0000b',
    'a\nb',
    'a\u202egnp.exe',
    'x'.repeat(256),
    'ø'.repeat(128),
  ])('the name %j', async (name) => {
    await using hosts = new Hosts();
    const { storage, connect } = await serverOf(hosts, {}, { uploads: 'replace' });
    const asked = [`02${ascii(name)}`, `0301${u64(1)}${digestOf(Uint8Array.of(1))}${ascii(name)}`];
    for (const request of asked) {
      const raw = await connect();
      expect(await raw.asks(request)).toBe('2303');
      await raw.close();
    }
    expect(storage.asked).toEqual([]);
  });

  test.each([
    ['a request with too much', ['0100']],
    ['a name that is no UTF-8', ['02ff']],
    ['half a request', ['0300']],
    ['a size that is no number', [`0300${u64(2n ** 53n)}${'00'.repeat(32)}${ascii('a')}`]],
    ['what only a server says', [`11${u64(1)}${'00'.repeat(32)}`]],
    ['an answer to nothing', ['22']],
    ['an error as a request', ['2301']],
    ['a start beyond the end', [`02${ascii('a')}`, `20${u64(4)}`]],
    ['a second request', [`02${ascii('a')}`, '01']],
    ['data of none', [`0300${u64(9)}${'00'.repeat(32)}${ascii('b')}`, '21']],
    ['data of too many', [`0300${u64(2)}${'00'.repeat(32)}${ascii('b')}`, '21010203']],
    ['an end before the end', [`0300${u64(9)}${'00'.repeat(32)}${ascii('b')}`, '2101', '22']],
    ['data where a verdict is due', [`02${ascii('a')}`, `20${u64(3)}`, '2101']],
  ])('%s', async (_, messages) => {
    await using hosts = new Hosts();
    const { storage, connect } = await serverOf(hosts, { a: Uint8Array.of(1, 2, 3) }, { uploads: 'replace' });
    const raw = await connect();
    for (const message of messages) await raw.say(message);
    let heard = await raw.hears();
    while (!heard.startsWith('23')) heard = await raw.hears();
    expect(heard).toBe('2301');
    // Whoever does not close is closed.
    const started = hosts.clock.now();
    await hosts.run(raw.channel.disconnected());
    expect(hosts.clock.now() - started).toBeLessThanOrEqual(2 * SECOND);
    expect([storage.openFiles, [...storage.files.keys()]]).toEqual([0, ['a']]);
  });

  test('a checksum that is a lie: nothing is kept', async () => {
    await using hosts = new Hosts();
    const { storage, connect } = await serverOf(hosts, { a: Uint8Array.of(7) }, { uploads: 'replace' });
    const raw = await connect();
    expect(await raw.asks(`0301${u64(2)}${'00'.repeat(32)}${ascii('a')}`)).toBe(`20${u64(0)}`);
    expect(await raw.asks('210102')).toBe('230a');
    await raw.close();
    expect(storage.files.get('a')).toEqual(Uint8Array.of(7));
    expect([storage.partials.size, storage.openFiles]).toEqual([0, 0]);
  });

  test.each([
    ['before it asks', []],
    ['before it starts', [`02${ascii('a')}`]],
    ['before its verdict', [`02${ascii('a')}`, `20${u64(0)}`]],
    ['in the middle of an upload', [`0300${u64(9)}${'00'.repeat(32)}${ascii('b')}`, '2101']],
  ])('a client that falls silent %s', async (_, messages) => {
    await using hosts = new Hosts();
    const { storage, connect } = await serverOf(hosts, { a: Uint8Array.of(1) }, { uploads: 'new' });
    const raw = await connect();
    const started = hosts.clock.now();
    for (const message of messages) await raw.say(message);
    let heard = await raw.hears();
    while (!heard.startsWith('23')) heard = await raw.hears();
    expect(heard).toBe('230c');
    expect(hosts.clock.now() - started).toBeGreaterThanOrEqual(30 * SECOND);
    await hosts.run(raw.channel.disconnected());
    expect(hosts.clock.now() - started).toBeLessThanOrEqual(33 * SECOND);
    expect(storage.openFiles).toBe(0);
    expect(storage.partials.size).toBe(messages.length === 2 && messages[1] === '2101' ? 1 : 0);
  });

  test('a client that reads nothing: no more of the file is read than there is room for on the way', async () => {
    await using hosts = new Hosts();
    const { storage, connect } = await serverOf(hosts, { a: new Uint8Array(200_000) });
    let furthest = 0;
    const raw = await connect();
    await raw.asks(`02${ascii('a')}`);
    storage.onAccess = (_, at) => {
      furthest = Math.max(furthest, at);
    };
    await raw.say(`20${u64(0)}`);
    await hosts.clock.advance(29 * SECOND);
    expect(storage.openFiles).toBe(1);
    expect(furthest).toBeGreaterThan(1_000);
    expect(furthest).toBeLessThan(20_000);
    await hosts.clock.advance(5 * SECOND);
    expect([storage.openFiles, raw.channel.isOpen]).toEqual([0, false]);
  });

  test('one that talks on after it was told off', async () => {
    // On an air without time it would talk for ever in one moment.
    await using hosts = new Hosts({ model: 'timed' });
    const { connect } = await serverOf(hosts);
    const raw = await connect();
    const started = hosts.clock.now();
    const talking = (async () => {
      for (;;) await raw.channel.send(fromHex('2101'));
    })().catch(() => hosts.clock.now());
    const ended = await hosts.run(talking);
    expect(ended - started).toBeLessThanOrEqual(3 * SECOND);
  });

  test('one that takes no whole messages', async () => {
    await using hosts = new Hosts();
    const { connect } = await serverOf(hosts);
    const raw = await connect(100);
    expect(await raw.hears()).toBe('2301');
    await raw.close();
  });

  test('more requests than it serves: the ninth is told to come back', async () => {
    await using hosts = new Hosts();
    const { connect } = await serverOf(hosts, { a: Uint8Array.of(1) });
    const all: Raw[] = [];
    for (let i = 0; i < 8; i++) {
      const raw = await connect();
      expect(await raw.asks(`02${ascii('a')}`)).toMatch(/^11/);
      all.push(raw);
    }
    const ninth = await connect();
    expect(await ninth.hears()).toBe('2309');
    await ninth.close();
    await all[0]?.close();
    await hosts.clock.advance(SECOND);
    const next = await connect();
    expect(await next.asks('01')).toMatch(/^10/);
    for (const raw of [next, ...all.slice(1)]) await raw.close();
  });
});

describe('a client stands a server', () => {
  /** A server of octets: what it says to each client, and how it goes on. */
  const clientOf = async (hosts: Hosts, script: (raw: Raw) => Promise<void>) => {
    const host = await hosts.host();
    const service = new Service(FILE_SERVICE);
    new Characteristic(service, '965f0002-0d76-490c-b129-009cace3b910', {
      read: true,
      initial: Uint8Array.of(1, PSM, 0),
    });
    host.ble.registerServices(service);
    const listener = host.ble.l2capListen({ psm: PSM, mtu: 512 });
    const { atCentral } = await linked(hosts, await hosts.host(), host);
    const client = await hosts.run(FileClient.find(atCentral));
    const served = listener.accept().then((channel) => script(new Raw(hosts, channel)));
    return { client, local: new MemoryFiles(), served };
  };
  const receive = async (raw: Raw): Promise<string> => hexOf(await raw.channel.receive());
  const send = (raw: Raw, octets: string): Promise<void> => raw.channel.send(fromHex(octets));

  const entry = (name: string): string =>
    `${u64(1)}${u64(0)}${(ascii(name).length / 2).toString(16).padStart(2, '0')}${ascii(name)}`;

  test.each([
    ['a name that leads elsewhere', `10${entry('a')}${entry('../b')}`, FileErrorReason.malformed, 'local'],
    ['half an entry', `10${entry('a')}${u64(1)}`, FileErrorReason.malformed, 'local'],
    ['what is no listing', `11${u64(1)}${'00'.repeat(32)}`, FileErrorReason.malformed, 'local'],
    ['an error of a later version', '23ee', 0xee, 'peer'],
  ] as const)('that lists %s', async (_, answer, reason, origin) => {
    await using hosts = new Hosts();
    const heard: string[] = [];
    const { client, served } = await clientOf(hosts, async (raw) => {
      heard.push(await receive(raw));
      await send(raw, answer);
      if (origin === 'local') heard.push(await receive(raw));
    });
    await expect(hosts.run(client.list())).rejects.toMatchObject({ code: 'BLE_FILE', reason, origin });
    await hosts.run(served);
    expect(heard).toEqual(origin === 'local' ? ['01', '2301'] : ['01']);
  });

  test('that lists without end', async () => {
    await using hosts = new Hosts({ model: 'timed' });
    const { client, served } = await clientOf(hosts, async (raw) => {
      await receive(raw);
      const some = `10${entry('a').repeat(25)}`;
      for (;;) await send(raw, some);
    });
    const ended = served.catch(() => 'ended');
    await expect(hosts.run(client.list())).rejects.toMatchObject({ reason: FileErrorReason.tooLarge });
    expect(await hosts.run(ended)).toBe('ended');
  });

  test.each([
    ['nothing that is asked for', '22'],
    ['a size that is no number', `11${u64(2n ** 60n)}${'00'.repeat(32)}`],
    ['half a checksum', `11${u64(5)}${'00'.repeat(16)}`],
  ])('that offers %s', async (_, answer) => {
    await using hosts = new Hosts();
    const { client, local, served } = await clientOf(hosts, async (raw) => {
      await receive(raw);
      await send(raw, answer);
      expect(await receive(raw)).toBe('2301');
    });
    await expect(hosts.run(client.download('a', local))).rejects.toMatchObject({
      reason: FileErrorReason.malformed,
      origin: 'local',
    });
    await hosts.run(served);
    expect([local.asked, local.openFiles]).toEqual([[], 0]);
  });

  test.each([
    ['more than it has offered', '21010203', FileErrorReason.malformed],
    ['other octets than it has offered', '210102', FileErrorReason.checksumMismatch],
    ['the end before the end', '22', FileErrorReason.malformed],
  ])('that sends %s', async (_, data, reason) => {
    await using hosts = new Hosts();
    const heard: string[] = [];
    const { client, local, served } = await clientOf(hosts, async (raw) => {
      heard.push(await receive(raw));
      await send(raw, `11${u64(2)}${'00'.repeat(32)}`);
      heard.push(await receive(raw));
      await send(raw, data);
      heard.push(await receive(raw));
    });
    await expect(hosts.run(client.download('a', local))).rejects.toMatchObject({ reason, origin: 'local' });
    await hosts.run(served);
    expect(heard).toEqual([`02${ascii('a')}`, `20${u64(0)}`, `23${reason.toString(16).padStart(2, '0')}`]);
    expect([local.files.size, local.openFiles]).toEqual([0, 0]);
  });

  test('that wants more of a file than there is', async () => {
    await using hosts = new Hosts();
    const { client, local, served } = await clientOf(hosts, async (raw) => {
      expect(await receive(raw)).toBe(`0301${u64(1)}${digestOf(Uint8Array.of(9))}${ascii('b')}`);
      await send(raw, `20${u64(2)}`);
      expect(await receive(raw)).toBe('2301');
    });
    local.files.set('a', Uint8Array.of(9));
    const uploading = client.upload('b', local, { localName: 'a', replace: true });
    await expect(hosts.run(uploading)).rejects.toMatchObject({ reason: FileErrorReason.malformed });
    await hosts.run(served);
  });

  test('that says no in the middle of an upload', async () => {
    await using hosts = new Hosts();
    const { client, local, served } = await clientOf(hosts, async (raw) => {
      await receive(raw);
      await send(raw, `20${u64(0)}`);
      await receive(raw);
      await send(raw, '2308');
      for (;;) await receive(raw);
    });
    const ended = served.catch(() => 'ended');
    local.files.set('a', new Uint8Array(100_000));
    let furthest = 0;
    const onProgress = (octets: number): void => {
      furthest = octets;
    };
    await expect(hosts.run(client.upload('a', local, { onProgress }))).rejects.toMatchObject({
      reason: FileErrorReason.noSpace,
      origin: 'peer',
    });
    expect(furthest).toBeLessThan(50_000);
    expect(await hosts.run(ended)).toBe('ended');
  });

  test('that says no and closes at once: what it said is told', async () => {
    await using hosts = new Hosts();
    const { client, local, served } = await clientOf(hosts, async (raw) => {
      await receive(raw);
      await send(raw, '2306');
      await raw.channel.disconnect();
    });
    local.files.set('a', new Uint8Array(100_000));
    await expect(hosts.run(client.upload('a', local))).rejects.toMatchObject({
      reason: FileErrorReason.notPermitted,
    });
    await hosts.run(served);
  });

  test('that says nothing, or will not have a channel', async () => {
    await using hosts = new Hosts();
    const { client, served } = await clientOf(hosts, async (raw) => {
      await receive(raw);
      await receive(raw).catch(() => undefined);
    });
    await expect(hosts.run(client.list({ timeoutMs: 5 * SECOND }))).rejects.toThrow(TimeoutError);
    await hosts.run(served);
    const { client: other } = await clientOf(hosts, (raw) => raw.close());
    await expect(hosts.run(other.list())).rejects.toMatchObject({ code: 'BLE_DISCONNECTED' });
  });
});
