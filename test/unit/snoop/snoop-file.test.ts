import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { toHex } from '../../../src/core/bytes.ts';
import { InvalidArgumentError } from '../../../src/core/errors.ts';
import type { HciTransport, HciTransportSink } from '../../../src/core/transport.ts';
import { btsnoop, readBtsnoop } from '../../../src/snoop/btsnoop.ts';
import { type CaptureFile, createSnoopFile, SnoopFile } from '../../../src/snoop/snoop-file.ts';
import { tapToFile } from '../../../src/snoop/tap-to-file.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const temporary = async (name: string): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'jelling-test-'));
  cleanups.push(() => rm(folder, { recursive: true }));
  return join(folder, name);
};

const packet = Uint8Array.of(1, 3, 12, 0);

/** A file in memory whose writes a test can hold back, cut short or let fail. */
class FakeFile implements CaptureFile {
  readonly chunks: Uint8Array[] = [];
  closes = 0;
  failWith: Error | undefined;
  most = Number.POSITIVE_INFINITY;
  hold: Promise<void> | undefined;

  async write(bytes: Uint8Array, offset: number, length: number): Promise<{ bytesWritten: number }> {
    await this.hold;
    if (this.failWith !== undefined) throw this.failWith;
    const bytesWritten = Math.min(length, this.most);
    this.chunks.push(bytes.slice(offset, offset + bytesWritten));
    return { bytesWritten };
  }

  async close(): Promise<void> {
    this.closes++;
  }

  get bytes(): Uint8Array {
    return Uint8Array.from(this.chunks.flatMap((chunk) => [...chunk]));
  }
}

const tick = () => new Promise(setImmediate);

describe('SnoopFile', () => {
  it('writes nothing on the stack of the packet, and all of a turn in one write', async () => {
    const file = new FakeFile();
    const snoop = new SnoopFile('x', file, { now: () => 5 });
    await tick();
    expect(file.chunks.map((chunk) => toHex(chunk))).toEqual([toHex(btsnoop.header())]);
    for (let i = 0; i < 5; i++) {
      snoop.record('sent', packet);
      await Promise.resolve();
    }
    expect(file.chunks).toHaveLength(1);
    await tick();
    expect(file.chunks).toHaveLength(2);
    expect([...readBtsnoop(file.bytes)]).toHaveLength(5);
    await snoop.close();
    expect(snoop.counters).toEqual({ packets: 5, droppedPackets: 0, failedWrites: 0, writes: 2 });
  });

  it('copies the packet, which is its owner’s again afterwards', async () => {
    const file = new FakeFile();
    const snoop = new SnoopFile('x', file, {});
    const view = Uint8Array.of(1, 3, 12, 0);
    snoop.record('received', view);
    view.fill(0xff);
    await snoop.close();
    expect([...readBtsnoop(file.bytes)][0]?.packet).toEqual(packet);
  });

  it('goes on where the system took a part only', async () => {
    const file = new FakeFile();
    file.most = 7;
    const snoop = new SnoopFile('x', file, {});
    for (let i = 0; i < 3; i++) snoop.record('sent', packet);
    await snoop.close();
    expect([...readBtsnoop(file.bytes)]).toHaveLength(3);
  });

  it('leaves out and counts what a slow disk has no room for, and says so in the file', async () => {
    const file = new FakeFile();
    let release = (): void => {};
    file.hold = new Promise((resolve) => {
      release = resolve;
    });
    const snoop = new SnoopFile('x', file, { maxPendingBytes: 60 });
    await tick();
    for (let i = 0; i < 10; i++) snoop.record('sent', packet);
    expect(snoop.counters).toMatchObject({ packets: 3, droppedPackets: 7 });
    release();
    await tick();
    snoop.record('received', packet);
    await snoop.close();
    expect([...readBtsnoop(file.bytes)].map((record) => record.dropped)).toEqual([0, 0, 0, 7]);
  });

  it('ends, with one call of the listener, when the disk is full', async () => {
    const file = new FakeFile();
    const told: string[] = [];
    const snoop = new SnoopFile('trace.btsnoop', file, {
      onError: (error) => {
        told.push(error.message);
        throw new Error('a listener that fails');
      },
    });
    await tick();
    file.failWith = new Error('ENOSPC: no space left on device');
    snoop.record('sent', packet);
    await tick();
    file.failWith = undefined;
    snoop.record('sent', packet);
    await tick();
    await Promise.all([snoop.close(), snoop.close()]);
    expect(told).toEqual([
      'the capture trace.btsnoop ends here, the link goes on: ENOSPC: no space left on device',
    ]);
    expect(snoop.counters).toMatchObject({ failedWrites: 1, droppedPackets: 1 });
    expect(file.chunks).toHaveLength(1);
    expect(file.closes).toBe(1);
  });

  it('takes nothing after its close', async () => {
    const file = new FakeFile();
    const snoop = new SnoopFile('x', file, {});
    await snoop.close();
    snoop.record('sent', packet);
    await tick();
    expect(file.chunks).toHaveLength(1);
    expect(snoop.counters.droppedPackets).toBe(1);
  });

  it('chooses the format by the name, and lets only its owner read', async () => {
    for (const [name, first] of [
      ['trace.btsnoop', 0x62],
      ['trace.PCAPNG', 0x0a],
    ] as const) {
      const path = await temporary(name);
      await (await createSnoopFile(path)).close();
      expect((await readFile(path))[0]).toBe(first);
      expect((await stat(path)).mode & 0o077).toBe(0);
    }
  });

  it('takes the place of a file that others could read', async () => {
    const path = await temporary('old.btsnoop');
    await writeFile(path, 'old', { mode: 0o644 });
    await (await createSnoopFile(path)).close();
    expect((await stat(path)).mode & 0o077).toBe(0);
  });

  it('says that it cannot be written', async () => {
    const opening = createSnoopFile('/nonexistent/trace.btsnoop');
    await expect(opening).rejects.toThrow(InvalidArgumentError);
    await expect(opening).rejects.toThrow("cannot write the capture '/nonexistent/trace.btsnoop': ENOENT");
  });
});

class FakeTransport implements HciTransport {
  readonly name = 'fake';
  readonly pendingBytes = 3;
  readonly counters = { some: 1 };
  readonly log: string[] = [];
  sink: HciTransportSink | undefined;

  start(sink: HciTransportSink): void {
    this.sink = sink;
  }
  send(bytes: Uint8Array): void {
    this.log.push(`send ${toHex(bytes)}`);
    bytes.fill(0);
  }
  pause(): void {
    this.log.push('pause');
  }
  resume(): void {
    this.log.push('resume');
  }
  ref(): void {
    this.log.push('ref');
  }
  unref(): void {
    this.log.push('unref');
  }
  async close(): Promise<void> {
    this.log.push('close');
    this.sink?.closed();
  }
}

describe('a tapped transport', () => {
  it('records both directions and is otherwise the transport', async () => {
    const path = await temporary('trace.btsnoop');
    const inner = new FakeTransport();
    const tapped = await tapToFile(inner, path, { now: () => 1_700_000_000_000_000 });
    const seen: string[] = [];
    tapped.start({
      packet: (bytes) => seen.push(toHex(bytes)),
      lostSync: (what) => seen.push(what),
      closed: (error) => seen.push(`closed ${error?.message}`),
    });
    tapped.send(Uint8Array.of(1, 3, 12, 0));
    inner.sink?.packet(Uint8Array.of(4, 15, 0));
    inner.sink?.lostSync('noise');
    tapped.pause();
    tapped.resume();
    tapped.ref();
    tapped.unref();
    expect([tapped.name, tapped.pendingBytes, tapped.counters]).toEqual(['fake', 3, { some: 1 }]);
    await Promise.all([tapped.close(), tapped.close()]);
    expect(inner.log).toEqual(['send 01030c00', 'pause', 'resume', 'ref', 'unref', 'close']);
    expect(seen).toEqual(['040f00', 'noise', 'closed undefined']);
    const records = [...readBtsnoop(await readFile(path))];
    expect(records.map((record) => [record.direction, toHex(record.packet)])).toEqual([
      ['sent', '01030c00'],
      ['received', '040f00'],
    ]);
    expect(records[0]?.timestampUs).toBe(1_700_000_000_000_000);
  });

  it('tells the sink the error of a loss', async () => {
    const inner = new FakeTransport();
    const tapped = await tapToFile(inner, await temporary('t'), {});
    let end: Error | undefined;
    tapped.start({
      packet: () => {},
      lostSync: () => {},
      closed: (error) => {
        end = error;
      },
    });
    const lost = new Error('lost');
    inner.sink?.closed(lost);
    expect(end).toBe(lost);
    await tapped.close();
  });
});
