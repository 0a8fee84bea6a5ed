import { lstat, mkdir, mkdtemp, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { toHex } from '../../../../src/core/bytes.ts';
import { TransportError } from '../../../../src/core/errors.ts';
import { ManualClock } from '../../../../src/core/manual-clock.ts';
import { systemClock } from '../../../../src/core/system-clock.ts';
import type { HciTransport } from '../../../../src/core/transport.ts';
import { listenPty } from '../../../../src/transport/serial/pty.ts';
import { deferred, RecordingSink, reset, resetComplete } from '../recording-sink.ts';

// What a terminal does is shown with the real socat elsewhere; this is about the life of its server.
const clock = systemClock;
const fakeSocat = join(import.meta.dirname, 'fake-socat.mjs');
const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const place = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'jelling-test-'));
  cleanups.push(() => rm(folder, { recursive: true }));
  return { folder, path: join(folder, 'ble0'), program: [process.execPath, fakeSocat, folder] };
};

/** Opens the terminal as a host would; resolves once the server holds the line. */
const openHost = (path: string): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const host = connect(path);
    host.once('error', reject);
    host.once('connect', () => resolve(host));
  });

const serve = async () => {
  const at = await place();
  const arrivals: ReturnType<typeof deferred<{ port: HciTransport; sink: RecordingSink }>>[] = [
    deferred(),
    deferred(),
  ];
  let next = 0;
  const server = await listenPty(
    { path: at.path, clock },
    (port) => {
      const sink = new RecordingSink();
      port.start(sink);
      arrivals[next++]?.resolve({ port, sink });
    },
    at.program,
  );
  cleanups.push(() => server.close());
  return { ...at, server, arrivals };
};

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => {
      throw new Error('it should have rejected');
    },
    (error: unknown) => error,
  );

describe('a pseudo-terminal', () => {
  it('is a link to which a host connects, and carries packets both ways', async () => {
    const { path, server, arrivals } = await serve();
    expect(server.address).toBe(`serial:${path}`);
    expect((await lstat(path)).isSymbolicLink()).toBe(true);
    const host = await openHost(path);
    host.write(reset());
    const { port, sink } = (await arrivals[0]?.promise) ?? {};
    expect(toHex((await sink?.next()) ?? new Uint8Array())).toBe('01030c00');
    const answer = new Promise<Buffer>((resolve) => {
      host.once('data', resolve);
    });
    port?.send(resetComplete());
    expect(toHex(await answer)).toBe('040e0401030c00');
    host.destroy();
    expect(await sink?.ended).toBeInstanceOf(TransportError);
  });

  it('serves the next host on another terminal at the same path', async () => {
    const { path, arrivals } = await serve();
    const before = await readlink(path);
    const first = await openHost(path);
    first.write(reset());
    const { sink } = (await arrivals[0]?.promise) ?? {};
    first.destroy();
    await sink?.ended;
    while ((await readlink(path)) === before) await new Promise(setImmediate);
    const second = await openHost(path);
    second.write(reset());
    const { sink: secondSink } = (await arrivals[1]?.promise) ?? {};
    expect(toHex((await secondSink?.next()) ?? new Uint8Array())).toBe('01030c00');
    second.destroy();
    await secondSink?.ended;
  });

  it('lets a host come and go without a word', async () => {
    const { path, arrivals } = await serve();
    const before = await readlink(path);
    (await openHost(path)).destroy();
    while ((await readlink(path)) === before) await new Promise(setImmediate);
    const host = await openHost(path);
    host.write(reset());
    const { sink } = (await arrivals[0]?.promise) ?? {};
    expect(sink?.packets).toHaveLength(1);
    host.destroy();
    await sink?.ended;
  });

  it('outlives the folder of its link, and is there again when that is', async () => {
    const { folder, program } = await place();
    const clock = new ManualClock();
    const links = join(folder, 'links');
    await mkdir(links);
    const path = join(links, 'ble0');
    let hosts = 0;
    const onHost = (port: HciTransport): void => {
      hosts++;
      port.start(new RecordingSink());
    };
    const server = await listenPty({ path, clock }, onHost, program);
    cleanups.push(() => server.close());
    const host = await openHost(path);
    host.write(reset());
    while (hosts === 0) await new Promise(setImmediate);
    await rm(links, { recursive: true });
    host.destroy();
    // Only where no terminal could be offered is one wanted later.
    while (clock.pending === 0) await new Promise(setImmediate);
    await mkdir(links);
    await clock.advance(1_000);
    while (!(await readdir(links)).includes('ble0')) await new Promise(setImmediate);
    (await openHost(path)).destroy();
  });

  it('goes when the server closes, children and link and all', async () => {
    const { path, server, arrivals, folder } = await serve();
    const host = await openHost(path);
    const hostClosed = new Promise((resolve) => {
      host.once('close', resolve);
    });
    host.resume();
    host.write(reset());
    const { sink } = (await arrivals[0]?.promise) ?? {};
    await Promise.all([server.close(), server.close()]);
    expect(sink?.ends).toEqual([undefined]);
    await hostClosed;
    await expect(lstat(path)).rejects.toThrow('ENOENT');
    expect(folder).not.toBe('');
  });

  it('takes the place of a link that leads nowhere', async () => {
    const { path, program, folder } = await place();
    await symlink(join(folder, 'gone'), path);
    const server = await listenPty({ path, clock }, () => {}, program);
    await server.close();
  });

  it('leaves alone what else is there', async () => {
    const { path, program, folder } = await place();
    await writeFile(path, 'precious');
    const file = await rejection(listenPty({ path, clock }, () => {}, program));
    expect(file).toBeInstanceOf(TransportError);
    expect(String(file)).toContain('a file is there; take another path');
    const link = join(folder, 'link');
    await symlink(path, link);
    expect(String(await rejection(listenPty({ path: link, clock }, () => {}, program)))).toContain(
      'it is a link to something',
    );
  });

  it('names the package when socat is missing', async () => {
    const { path } = await place();
    const error = await rejection(listenPty({ path, clock }, () => {}, ['no-such-program-as-this']));
    expect(error).toBeInstanceOf(TransportError);
    expect(String(error)).toContain(
      'sudo apt install socat (Debian, Ubuntu, Raspberry Pi OS), brew install socat (macOS)',
    );
  });

  it('tells what socat says when it fails', async () => {
    const { path } = await place();
    const error = await rejection(
      listenPty({ path, clock }, () => {}, [process.execPath, fakeSocat, 'full']),
    );
    expect(String(error)).toContain('cannot make a pseudo-terminal: openpty(): No space left on device');
  });

  it('says that the folder is wrong, and leaves no child', async () => {
    const { program } = await place();
    const error = await rejection(listenPty({ path: '/nonexistent/ble0', clock }, () => {}, program));
    expect(String(error)).toContain('cannot serve a pseudo-terminal at /nonexistent/ble0: ENOENT');
  });
});
