import {
  Characteristic,
  type Connection,
  DisconnectedError,
  InvalidArgumentError,
  NotFoundError,
  Service,
  TimeoutError,
} from 'jelling';
import {
  FILE_SERVICE,
  FileClient,
  FileError,
  FileErrorReason,
  type FileServerOptions,
  type FileStorage,
  serveFiles,
} from 'jelling/services';
import { describe, expect, test } from 'vitest';
import { type Host, Hosts, linked } from '../support/hosts.ts';
import { MemoryFiles, sha256Of } from '../support/memory-files.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

const bytes = (length: number, seed = 1): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8) * seed) & 0xff);

/** A server and a client that is connected to it. */
class Scene {
  readonly hosts: Hosts;
  readonly serving: Host;
  readonly asking: Host;
  readonly remote: MemoryFiles;
  readonly local = new MemoryFiles();
  readonly server;
  readonly events: string[] = [];

  private constructor(
    hosts: Hosts,
    serving: Host,
    asking: Host,
    remote: MemoryFiles,
    options: Omit<FileServerOptions, 'storage'>,
  ) {
    this.hosts = hosts;
    this.serving = serving;
    this.asking = asking;
    this.remote = remote;
    const events = {
      begun: ({ operation, name }: { operation: string; name: string | undefined }) =>
        this.events.push(`${operation} ${name ?? ''}`.trim()),
      ended: (_: unknown, error: unknown) =>
        this.events.push(error instanceof Error ? error.constructor.name : 'done'),
    };
    this.server = serveFiles(serving.ble, { storage: remote, events, ...options });
  }

  static async make(
    hosts: Hosts,
    files: Readonly<Record<string, Uint8Array>>,
    options: Omit<FileServerOptions, 'storage'> = {},
  ): Promise<Scene> {
    const serving = await hosts.host();
    return new Scene(hosts, serving, await hosts.host(), new MemoryFiles(files), options);
  }

  /** A new link, and what serves files on it. */
  async connect(): Promise<{ readonly client: FileClient; readonly connection: Connection }> {
    const { atCentral: connection } = await linked(this.hosts, this.asking, this.serving);
    return { connection, client: await this.hosts.run(FileClient.find(connection)) };
  }

  /** Puts up a wall between the two, until it is called back. */
  cut(): () => void {
    const [one, other] = [this.serving.controller.station, this.asking.controller.station] as const;
    const { faults } = this.hosts.air;
    faults.separate(one, other);
    return () => faults.join(one, other);
  }

  /** All that was open is closed again. */
  expectNothingOpen(): void {
    expect([this.remote.openFiles, this.local.openFiles]).toEqual([0, 0]);
  }
}

const failure = (hosts: Hosts, promise: Promise<unknown>): Promise<unknown> =>
  hosts.run(
    promise.then(
      () => new Error('it has succeeded'),
      (error: unknown) => error,
    ),
  );

const refusal = (reason: number, origin: 'local' | 'peer') =>
  expect.objectContaining({ name: 'FileError', code: 'BLE_FILE', reason, origin });

describe('files', () => {
  test('are listed, downloaded and uploaded', async () => {
    await using hosts = new Hosts();
    const scene = await Scene.make(hosts, { b: bytes(3), a: bytes(30_000) }, { uploads: 'new' });
    const { client } = await scene.connect();
    expect(await hosts.run(client.list())).toEqual([
      { name: 'a', size: 30_000, modifiedMs: 1_000 },
      { name: 'b', size: 3, modifiedMs: 1_000 },
    ]);
    const got = await hosts.run(client.download('a', scene.local));
    expect(got).toEqual({ name: 'a', size: 30_000, digest: sha256Of(bytes(30_000)), resumedAt: 0 });
    expect(scene.local.files.get('a')).toEqual(bytes(30_000));
    const sent = await hosts.run(client.upload('c', scene.local, { localName: 'a' }));
    expect(sent).toEqual({ name: 'c', size: 30_000, digest: sha256Of(bytes(30_000)), resumedAt: 0 });
    expect(scene.remote.files.get('c')).toEqual(bytes(30_000));
    expect([...scene.remote.partials, ...scene.local.partials]).toEqual([]);
    expect(scene.events).toEqual(['list', 'done', 'download a', 'done', 'upload c', 'done']);
    scene.expectNothingOpen();
  });

  test('may be empty, and so may what is listed', async () => {
    await using hosts = new Hosts();
    const scene = await Scene.make(hosts, {}, { uploads: 'new' });
    scene.local.files.set('nothing', new Uint8Array(0));
    const { client } = await scene.connect();
    expect(await hosts.run(client.list())).toEqual([]);
    await hosts.run(client.upload('empty', scene.local, { localName: 'nothing' }));
    expect(await hosts.run(client.list())).toMatchObject([{ name: 'empty', size: 0 }]);
    const { size } = await hosts.run(client.download('empty', scene.local));
    expect([size, scene.local.files.get('empty')]).toEqual([0, new Uint8Array(0)]);
  });

  test('are listed in as many messages as they need, whatever their names', async () => {
    await using hosts = new Hosts();
    const names = Array.from({ length: 100 }, (_, i) => `${i}ø`.padEnd(250, 'x'));
    const scene = await Scene.make(hosts, Object.fromEntries(names.map((name) => [name, bytes(1)])));
    const { client } = await scene.connect();
    const listed = await hosts.run(client.list());
    expect(listed.map(({ name }) => name)).toEqual([...names].sort());
  });

  test('are transferred at one time, each on a channel of its own, by several clients', async () => {
    await using hosts = new Hosts();
    const scene = await Scene.make(hosts, { a: bytes(9_000), b: bytes(8_000, 2) });
    const first = await scene.connect();
    const second = await linked(hosts, await hosts.host(), scene.serving);
    const other = await hosts.run(FileClient.find(second.atCentral));
    await hosts.run(
      Promise.all([
        first.client.download('a', scene.local),
        first.client.download('b', scene.local),
        other.download('a', scene.local, { localName: 'a2' }),
      ]),
    );
    expect(scene.local.files).toEqual(
      new Map([
        ['a', bytes(9_000)],
        ['b', bytes(8_000, 2)],
        ['a2', bytes(9_000)],
      ]),
    );
  });

  test('tell how far they are, from the beginning to the end', async () => {
    await using hosts = new Hosts();
    const told: string[] = [];
    const progress = (_: unknown, octets: number, size: number) => void told.push(`server ${octets}/${size}`);
    const scene = await Scene.make(hosts, { a: bytes(3_000) }, { uploads: 'new', events: { progress } });
    const { client } = await scene.connect();
    const onProgress = (octets: number, size: number) => void told.push(`client ${octets}/${size}`);
    await hosts.run(client.download('a', scene.local, { onProgress }));
    const [server, ours] = ['server', 'client'].map((who) => told.filter((line) => line.startsWith(who)));
    expect(server).toEqual(['server 0/3000', 'server 1973/3000', 'server 3000/3000']);
    expect(ours).toEqual(['client 0/3000', 'client 1973/3000', 'client 3000/3000']);
    told.length = 0;
    await hosts.run(client.upload('b', scene.local, { localName: 'a', onProgress }));
    expect(told.filter((line) => line.startsWith('client'))).toEqual(ours);
    expect(told.filter((line) => line.startsWith('server'))).toEqual(server);
  });
});

describe('a link that is cut in the middle', () => {
  const SIZE = 40_000;
  const half = (scene: Scene): { readonly onProgress: (octets: number) => void; join(): void } => {
    let join: (() => void) | undefined;
    return {
      onProgress: (octets) => {
        if (octets > SIZE / 2) join ??= scene.cut();
      },
      join: () => join?.(),
    };
  };

  test('lets a download go on where it was, and the octets are equal', async () => {
    await using hosts = new Hosts();
    const scene = await Scene.make(hosts, { a: bytes(SIZE) });
    const { client } = await scene.connect();
    const wall = half(scene);
    expect(await failure(hosts, client.download('a', scene.local, wall))).toBeInstanceOf(DisconnectedError);
    expect(scene.local.files.has('a')).toBe(false);
    const [partial] = scene.local.partials.values();
    expect(partial?.length).toBeGreaterThan(SIZE / 2);
    expect(partial).toEqual(bytes(SIZE).subarray(0, partial?.length));
    await hosts.clock.advance(10 * SECOND);
    scene.expectNothingOpen();

    wall.join();
    const again = await scene.connect();
    const seen: number[] = [];
    const { resumedAt } = await hosts.run(
      again.client.download('a', scene.local, { onProgress: (octets) => void seen.push(octets) }),
    );
    expect([resumedAt, seen[0]]).toEqual([partial?.length, partial?.length]);
    expect(scene.local.files.get('a')).toEqual(bytes(SIZE));
    expect(scene.events).toEqual(['download a', 'DisconnectedError', 'download a', 'done']);
  });

  test('lets an upload go on where it was, and the octets are equal', async () => {
    await using hosts = new Hosts();
    const scene = await Scene.make(hosts, {}, { uploads: 'new' });
    scene.local.files.set('a', bytes(SIZE));
    const { client } = await scene.connect();
    const wall = half(scene);
    expect(await failure(hosts, client.upload('a', scene.local, wall))).toBeInstanceOf(DisconnectedError);
    await hosts.clock.advance(10 * SECOND);
    expect(scene.remote.files.size).toBe(0);
    scene.expectNothingOpen();

    wall.join();
    const again = await scene.connect();
    const { resumedAt } = await hosts.run(again.client.upload('a', scene.local));
    expect(resumedAt).toBeGreaterThan(SIZE / 4);
    expect(scene.remote.files.get('a')).toEqual(bytes(SIZE));
    expect(scene.remote.partials.size).toBe(0);
  });

  test('does not mix two versions of a file', async () => {
    await using hosts = new Hosts();
    const scene = await Scene.make(hosts, { a: bytes(SIZE) });
    const { client } = await scene.connect();
    const wall = half(scene);
    await failure(hosts, client.download('a', scene.local, wall));
    wall.join();
    await hosts.clock.advance(10 * SECOND);
    scene.remote.files.set('a', bytes(SIZE, 9));
    const again = await scene.connect();
    const { resumedAt } = await hosts.run(again.client.download('a', scene.local));
    expect(resumedAt).toBe(0);
    expect(scene.local.files.get('a')).toEqual(bytes(SIZE, 9));
  });

  test('after the last octet loses nothing: what is there is not sent again, and nothing needs to be replaced', async () => {
    await using hosts = new Hosts();
    const scene = await Scene.make(hosts, { a: bytes(500) }, { uploads: 'new' });
    scene.local.files.set('a', bytes(500));
    const { client } = await scene.connect();
    const read: number[] = [];
    scene.remote.onAccess = (_, at) => void read.push(at);
    expect(await hosts.run(client.upload('a', scene.local))).toMatchObject({ resumedAt: 500 });
    expect(read).toEqual([]);
    expect(await hosts.run(client.download('a', scene.local))).toMatchObject({ resumedAt: 500 });
  });
});

describe('what cannot be', () => {
  test('a file that is not there', async () => {
    await using hosts = new Hosts();
    const scene = await Scene.make(hosts, {});
    const { client, connection } = await scene.connect();
    const error = await failure(hosts, client.download('a', scene.local));
    expect(error).toEqual(refusal(FileErrorReason.notFound, 'peer'));
    expect(String(error)).toBe(
      `FileError: downloading 'a' from ${connection.device}: 0x04, Not Found: there is no such file; the listing shows what there is`,
    );
    expect(await failure(hosts, client.upload('a', scene.local))).toEqual(
      refusal(FileErrorReason.notFound, 'local'),
    );
    expect(connection.isConnected).toBe(true);
  });

  test('an upload to a server that takes none', async () => {
    await using hosts = new Hosts();
    const scene = await Scene.make(hosts, {});
    scene.local.files.set('a', bytes(5));
    const { client } = await scene.connect();
    expect(await failure(hosts, client.upload('a', scene.local))).toEqual(
      refusal(FileErrorReason.notPermitted, 'peer'),
    );
    expect(scene.remote.asked).toEqual([]);
  });

  test.each([
    ['new', false, FileErrorReason.alreadyExists],
    ['new', true, FileErrorReason.notPermitted],
    ['replace', false, FileErrorReason.alreadyExists],
    ['replace', true, undefined],
  ] as const)(
    'taking a name that is taken: uploads %s, asked to replace %s',
    async (uploads, replace, reason) => {
      await using hosts = new Hosts();
      const scene = await Scene.make(hosts, { a: bytes(9) }, { uploads });
      scene.local.files.set('a', bytes(9, 2).reverse());
      const { client } = await scene.connect();
      const outcome = await failure(hosts, client.upload('a', scene.local, { replace }));
      if (reason !== undefined) expect(outcome).toEqual(refusal(reason, 'peer'));
      expect(scene.remote.files.get('a')).toEqual(reason === undefined ? bytes(9, 2).reverse() : bytes(9));
      scene.expectNothingOpen();
    },
  );

  test('replacing a file here unasked', async () => {
    await using hosts = new Hosts();
    const scene = await Scene.make(hosts, { a: bytes(9) });
    scene.local.files.set('a', bytes(4));
    const { client } = await scene.connect();
    expect(await failure(hosts, client.download('a', scene.local))).toEqual(
      refusal(FileErrorReason.alreadyExists, 'local'),
    );
    expect(scene.local.files.get('a')).toEqual(bytes(4));
    await hosts.run(client.download('a', scene.local, { replace: true }));
    expect(scene.local.files.get('a')).toEqual(bytes(9));
  });

  test('more than the server takes', async () => {
    await using hosts = new Hosts();
    const scene = await Scene.make(hosts, {}, { uploads: 'new', maxSize: 10 });
    scene.local.files.set('a', bytes(11)).set('b', bytes(10));
    const { client } = await scene.connect();
    expect(await failure(hosts, client.upload('a', scene.local))).toEqual(
      refusal(FileErrorReason.tooLarge, 'peer'),
    );
    await hosts.run(client.upload('b', scene.local));
  });

  test('a disk that is full, on either side; what has arrived stays for another time', async () => {
    await using hosts = new Hosts();
    const scene = await Scene.make(hosts, { b: bytes(50_000) }, { uploads: 'new' });
    scene.local.files.set('a', bytes(50_000, 2));
    const { client } = await scene.connect();
    for (const [end, origin, work] of [
      [scene.remote, 'peer', () => client.upload('a', scene.local)],
      [scene.local, 'local', () => client.download('b', scene.local)],
    ] as const) {
      end.room = 20_000;
      const started = hosts.clock.now();
      expect(await failure(hosts, work())).toEqual(refusal(FileErrorReason.noSpace, origin));
      // The sender heard of it in the middle of its sending, and at once.
      expect(hosts.clock.now() - started).toBeLessThan(5 * SECOND);
      scene.expectNothingOpen();
      end.room = Number.POSITIVE_INFINITY;
      const { resumedAt } = await hosts.run(work());
      expect(resumedAt).toBeGreaterThan(15_000);
    }
    expect(scene.remote.files.get('a')).toEqual(bytes(50_000, 2));
    expect(scene.local.files.get('b')).toEqual(bytes(50_000));
  });

  test('a storage that fails: the peer learns no more than that', async () => {
    await using hosts = new Hosts();
    const scene = await Scene.make(hosts, { b: bytes(9_000) }, { uploads: 'new' });
    scene.local.files.set('a', bytes(9_000));
    const { client } = await scene.connect();
    const broken = new Error('EIO: /srv/secret/disk');
    scene.remote.onAccess = (_, at) => {
      if (at > 1_000) throw broken;
    };
    for (const work of [() => client.upload('a', scene.local), () => client.download('b', scene.local)]) {
      const error = await failure(hosts, work());
      expect(error).toEqual(refusal(FileErrorReason.storageFailed, 'peer'));
      expect(String(error)).not.toContain('secret');
    }
    expect(scene.events).toEqual(['upload a', 'Error', 'download b', 'Error']);

    scene.remote.onAccess = () => {};
    scene.local.onAccess = (_, at) => {
      if (at > 1_000) throw broken;
    };
    scene.events.length = 0;
    expect(await failure(hosts, client.upload('a', scene.local))).toBe(broken);
    expect(await failure(hosts, client.download('b', scene.local))).toBe(broken);
    await hosts.clock.advance(MINUTE);
    expect(scene.events).toEqual(['upload a', 'FileError', 'download b', 'FileError']);
    scene.expectNothingOpen();
  });

  test('a file that changes while it is sent: nothing of it is kept', async () => {
    await using hosts = new Hosts();
    const scene = await Scene.make(hosts, { a: bytes(9_000) }, { uploads: 'new' });
    const { client } = await scene.connect();
    // The checksum is made of one reading; then the octets change.
    let readings = 0;
    scene.remote.onAccess = (name, at) => {
      if (at === 0 && ++readings === 2) scene.remote.files.set(name, bytes(9_000, 7));
    };
    expect(await failure(hosts, client.download('a', scene.local))).toEqual(
      refusal(FileErrorReason.checksumMismatch, 'local'),
    );
    expect([scene.local.files.size, scene.local.partials.size]).toEqual([0, 0]);

    scene.local.files.set('b', bytes(9_000));
    readings = 0;
    scene.local.onAccess = (name, at) => {
      if (at === 0 && ++readings === 2) scene.local.files.set(name, bytes(9_000, 7));
    };
    scene.remote.onAccess = () => {};
    expect(await failure(hosts, client.upload('b', scene.local))).toEqual(
      refusal(FileErrorReason.checksumMismatch, 'peer'),
    );
    expect([scene.remote.files.has('b'), scene.remote.partials.size]).toEqual([false, 0]);
    scene.expectNothingOpen();
  });

  test('a file that becomes shorter', async () => {
    await using hosts = new Hosts();
    const scene = await Scene.make(hosts, { a: bytes(9_000) });
    const { client } = await scene.connect();
    let readings = 0;
    scene.remote.onAccess = (name, at) => {
      if (at === 0 && ++readings === 2) scene.remote.files.set(name, bytes(3_000));
    };
    expect(await failure(hosts, client.download('a', scene.local))).toEqual(
      refusal(FileErrorReason.changed, 'peer'),
    );
  });

  test('the same file on its way in twice', async () => {
    await using hosts = new Hosts();
    const scene = await Scene.make(hosts, {}, { uploads: 'new' });
    scene.local.files.set('a', bytes(9_000));
    const { client } = await scene.connect();
    const first = client.upload('a', scene.local);
    const second = client.upload('a', scene.local);
    expect(await failure(hosts, second)).toEqual(refusal(FileErrorReason.busy, 'peer'));
    await hosts.run(first);
  });

  test('a name that no file can have', async () => {
    await using hosts = new Hosts();
    const scene = await Scene.make(hosts, {});
    const { client } = await scene.connect();
    for (const name of ['', '..', '../a', 'a/b', '.hidden', 'NUL'])
      expect(await failure(hosts, client.download(name, scene.local))).toBeInstanceOf(InvalidArgumentError);
    expect(await failure(hosts, client.download('a', scene.local, { localName: '../a' }))).toBeInstanceOf(
      InvalidArgumentError,
    );
    expect([...scene.remote.asked, ...scene.local.asked]).toEqual([]);
  });
});

describe('giving up', () => {
  test('with a signal leaves what has arrived, and the link', async () => {
    await using hosts = new Hosts();
    const scene = await Scene.make(hosts, { a: bytes(40_000) });
    const { client, connection } = await scene.connect();
    const stop = new AbortController();
    const reason = new Error('enough');
    const onProgress = (octets: number): void => {
      if (octets > 10_000) stop.abort(reason);
    };
    const { signal } = stop;
    expect(await failure(hosts, client.download('a', scene.local, { signal, onProgress }))).toBe(reason);
    await hosts.clock.advance(MINUTE);
    expect(scene.events).toEqual(['download a', 'DisconnectedError']);
    expect(connection.isConnected).toBe(true);
    expect(await hosts.run(client.download('a', scene.local))).toMatchObject({
      resumedAt: expect.toSatisfy((at: number) => at > 10_000),
    });
  });

  test('a server that is closed cuts what is at work, and says that it serves nothing', async () => {
    await using hosts = new Hosts();
    const scene = await Scene.make(hosts, { a: bytes(40_000) });
    const { client, connection } = await scene.connect();
    let closing: Promise<void> | undefined;
    const onProgress = (octets: number): void => {
      if (octets > 10_000) closing ??= scene.server.close();
    };
    expect(await failure(hosts, client.download('a', scene.local, { onProgress }))).toBeInstanceOf(
      DisconnectedError,
    );
    await hosts.run(closing ?? Promise.reject(new Error('it was not closed')));
    expect(scene.events).toEqual(['download a', 'InvalidStateError']);
    expect(await failure(hosts, FileClient.find(connection))).toBeInstanceOf(NotFoundError);
    await hosts.run(scene.server.close());
    scene.expectNothingOpen();
  });

  test('a server that falls silent', async () => {
    await using hosts = new Hosts();
    const scene = await Scene.make(hosts, { a: bytes(40_000) });
    const { client } = await scene.connect();
    const asleep = new Promise<never>(() => {});
    const silent: FileStorage = Object.assign(new MemoryFiles(), { open: () => asleep });
    const other = await hosts.host();
    const server = serveFiles(other.ble, { storage: silent, psm: 0x99 });
    expect(server.psm).toBe(0x99);
    const { atCentral } = await linked(hosts, scene.asking, other);
    const there = await hosts.run(FileClient.find(atCentral));
    const started = hosts.clock.now();
    expect(await failure(hosts, there.download('a', scene.local))).toBeInstanceOf(TimeoutError);
    expect(hosts.clock.now() - started).toBeGreaterThanOrEqual(30 * SECOND);
    expect(await failure(hosts, there.download('a', scene.local, { timeoutMs: 100 }))).toBeInstanceOf(
      TimeoutError,
    );
    await hosts.run(client.download('a', scene.local));
  });
});

describe('the service', () => {
  test('tells the version and the SPSM, and nothing else', async () => {
    await using hosts = new Hosts();
    const scene = await Scene.make(hosts, {}, { psm: 0xab });
    const { connection } = await scene.connect();
    expect(scene.server.uuid).toBe(FILE_SERVICE);
    const service = await hosts.run(connection.service('965f0001-0d76-490c-b129-009cace3b910'));
    const [endpoint, ...more] = await hosts.run(service.characteristics());
    expect([endpoint?.uuid, more]).toEqual(['965f0002-0d76-490c-b129-009cace3b910', []]);
    expect(endpoint?.properties).toMatchObject({ read: true, write: false, notify: false });
    expect(await hosts.run(endpoint?.read() ?? Promise.reject(new Error('none')))).toEqual(
      Uint8Array.of(1, 0xab, 0),
    );
  });

  test('finds an SPSM that is free', async () => {
    await using hosts = new Hosts();
    const { ble } = await hosts.host();
    ble.l2capListen({ psm: 0x80 });
    const server = serveFiles(ble, { storage: new MemoryFiles() });
    expect(server.psm).toBe(0x81);
    expect(() => serveFiles(ble, { storage: new MemoryFiles(), psm: 0x81 })).toThrow(/0x81/);
    await hosts.run(server.close());
  });

  test('of another version, or absent, is told so', async () => {
    await using hosts = new Hosts();
    const host = await hosts.host();
    const service = new Service(FILE_SERVICE);
    const endpoint = new Characteristic(service, '965f0002-0d76-490c-b129-009cace3b910', {
      read: true,
      initial: Uint8Array.of(2, 0x80, 0),
    });
    const { atCentral } = await linked(hosts, await hosts.host(), host);
    expect(await failure(hosts, FileClient.find(atCentral))).toBeInstanceOf(NotFoundError);
    host.ble.registerServices(service);
    await hosts.run(atCentral.disconnect());
    const again = await linked(hosts, await hosts.host(), host);
    const error = await failure(hosts, FileClient.find(again.atCentral));
    expect(error).toBeInstanceOf(FileError);
    expect(String(error)).toContain('speaks version 2 of the file protocol, this side 1');
    endpoint.write(new Uint8Array(0));
    expect(String(await failure(hosts, FileClient.find(again.atCentral)))).toContain('version unknown');
  });

  test('can ask for a link that is secured', async () => {
    await using hosts = new Hosts();
    const scene = await Scene.make(hosts, {}, { security: { encrypted: true } });
    const { client } = await scene.connect();
    expect(await failure(hosts, client.list())).toMatchObject({ code: 'BLE_L2CAP' });
  });
});
