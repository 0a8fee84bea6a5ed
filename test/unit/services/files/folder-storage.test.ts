import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { open as openFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NotFoundError } from 'jelling';
import { FileErrorReason, type FileStorage, openFolder } from 'jelling/services';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { sha256Of } from '../../../support/memory-files.ts';

/** A folder `served` in another one, which is none of anybody's business. */
const folders = async () => {
  const outside = mkdtempSync(join(tmpdir(), 'jelling-'));
  onTestFinished(() => rmSync(outside, { recursive: true }));
  const path = join(outside, 'served');
  mkdirSync(path);
  writeFileSync(join(outside, 'secret'), 'secret');
  return { outside, path, storage: await openFolder(path) };
};

const octets = (text: string): Uint8Array => new TextEncoder().encode(text);
const announced = (name: string, content: string, replace = false) => ({
  name,
  size: octets(content).length,
  digest: sha256Of(octets(content)),
  replace,
});
const refusal = (reason: number) => expect.objectContaining({ code: 'BLE_FILE', reason, origin: 'local' });
const read = async (storage: FileStorage, name: string): Promise<string> => {
  const file = await storage.open(name);
  const buffer = new Uint8Array(file.size + 1);
  const length = await file.read(buffer, 0);
  await file.close();
  return new TextDecoder().decode(buffer.subarray(0, length));
};
/** Stores a file whole, as a transfer does. */
const store = async (storage: FileStorage, name: string, content: string, replace = false): Promise<void> => {
  const file = await storage.receive(announced(name, content, replace));
  try {
    const rest = octets(content).subarray(file.length);
    if (rest.length > 0) await file.append(rest);
    await file.keep();
  } finally {
    await file.close();
  }
};

describe('a folder', () => {
  test('that is not there, or is none', async () => {
    const { outside } = await folders();
    await expect(openFolder(join(outside, 'nowhere'))).rejects.toThrow(NotFoundError);
    await expect(openFolder(join(outside, 'secret'))).rejects.toThrow(/is no folder/);
  });

  test('lists its plain files by name, and nothing else', async () => {
    const { outside, path, storage } = await folders();
    for (const name of ['b', 'a', 'ø', '.hidden', `.jelling-${'0'.repeat(32)}.part`, 'nul', 'a:b'])
      writeFileSync(join(path, name), name);
    utimesSync(join(path, 'a'), 1_000, 1_234.5);
    mkdirSync(join(path, 'folder'));
    symlinkSync(join(outside, 'secret'), join(path, 'link'));
    symlinkSync('nowhere', join(path, 'dangling'));
    execFileSync('mkfifo', [join(path, 'pipe')]);
    const listed = await storage.list(3);
    expect(listed.map(({ name, size }) => [name, size])).toEqual([
      ['a', 1],
      ['b', 1],
      ['ø', 2],
    ]);
    expect(listed[0]?.modifiedMs).toBe(1_234_500);
    await expect(storage.list(2)).rejects.toEqual(refusal(FileErrorReason.tooLarge));
  });

  test('opens its plain files, and nothing else', async () => {
    const { outside, path, storage } = await folders();
    writeFileSync(join(path, 'a'), 'content');
    expect(await read(storage, 'a')).toBe('content');
    mkdirSync(join(path, 'folder'));
    writeFileSync(join(path, 'folder', 'inside'), 'inside');
    writeFileSync(join(path, '.hidden'), 'hidden');
    symlinkSync(join(outside, 'secret'), join(path, 'link'));
    symlinkSync(outside, join(path, 'up'));
    execFileSync('mkfifo', [join(path, 'pipe')]);
    for (const name of ['nothing', 'folder', 'link', 'up', 'pipe'])
      await expect(storage.open(name), name).rejects.toEqual(refusal(FileErrorReason.notFound));
    for (const name of ['../secret', 'folder/inside', 'up/secret', '.hidden', '..', join(outside, 'secret')])
      await expect(storage.open(name), name).rejects.toEqual(refusal(FileErrorReason.invalidName));
  });

  test('may be reached by a symbolic link, and stays what it was', async () => {
    const { outside, path } = await folders();
    writeFileSync(join(path, 'a'), 'here');
    symlinkSync('served', join(outside, 'link'));
    const storage = await openFolder(join(outside, 'link'));
    rmSync(join(outside, 'link'));
    symlinkSync('/', join(outside, 'link'));
    expect(await read(storage, 'a')).toBe('here');
  });
});

describe('a file on its way in', () => {
  test('has no name before it is kept, and nothing of it stays behind', async () => {
    const { path, storage } = await folders();
    const file = await storage.receive(announced('a', 'content'));
    await file.append(octets('con'));
    expect(readdirSync(path)).toEqual([expect.stringMatching(/^\.jelling-[0-9a-f]{32}\.part$/)]);
    expect(await storage.list(9)).toEqual([]);
    await file.append(octets('tent'));
    expect(file.length).toBe(7);
    const buffer = new Uint8Array(9);
    expect(await file.read(buffer, 3)).toBe(4);
    expect(new TextDecoder().decode(buffer.subarray(0, 4))).toBe('tent');
    await file.keep();
    await file.close();
    await file.close();
    expect(readdirSync(path)).toEqual(['a']);
    expect(readFileSync(join(path, 'a'), 'utf8')).toBe('content');
    expect(statSync(join(path, 'a')).nlink).toBe(1);
  });

  test('goes on where an earlier attempt has ended, another one of that name does not', async () => {
    const { path, storage } = await folders();
    const first = await storage.receive(announced('a', 'content'));
    await first.append(octets('con'));
    await first.close();
    for (const other of [announced('a', 'another'), announced('b', 'content')]) {
      const file = await storage.receive(other);
      expect(file.length).toBe(0);
      await file.close();
    }
    expect(readdirSync(path)).toHaveLength(1);
    // Also for a program that starts anew.
    const again = await (await openFolder(path)).receive(announced('a', 'content'));
    expect(again.length).toBe(3);
    await again.append(octets('tent'));
    await again.keep();
    await again.close();
    expect(readFileSync(join(path, 'a'), 'utf8')).toBe('content');
  });

  test('is discarded whole', async () => {
    const { path, storage } = await folders();
    const file = await storage.receive(announced('a', 'content'));
    await file.append(octets('con'));
    await file.discard();
    await file.close();
    expect(readdirSync(path)).toEqual([]);
  });

  test('is one at a time', async () => {
    const { storage } = await folders();
    const file = await storage.receive(announced('a', 'content'));
    await expect(storage.receive(announced('a', 'content'))).rejects.toEqual(refusal(FileErrorReason.busy));
    await (await storage.receive(announced('b', 'content'))).close();
    await file.close();
    await (await storage.receive(announced('a', 'content'))).close();
  });

  test('takes no name that is taken, unless it may', async () => {
    const { path, storage } = await folders();
    writeFileSync(join(path, 'a'), 'old');
    await expect(store(storage, 'a', 'new')).rejects.toEqual(refusal(FileErrorReason.alreadyExists));
    expect(readFileSync(join(path, 'a'), 'utf8')).toBe('old');
    await store(storage, 'a', 'new', true);
    expect(readFileSync(join(path, 'a'), 'utf8')).toBe('new');
    expect(readdirSync(path)).toEqual(['a']);
  });

  test('takes no name that was taken while it came, and is not lost', async () => {
    const { path, storage } = await folders();
    const file = await storage.receive(announced('a', 'new'));
    await file.append(octets('new'));
    writeFileSync(join(path, 'a'), 'old');
    await expect(file.keep()).rejects.toEqual(refusal(FileErrorReason.alreadyExists));
    await file.close();
    expect(readFileSync(join(path, 'a'), 'utf8')).toBe('old');
    const again = await storage.receive(announced('a', 'new', true));
    expect(again.length).toBe(3);
    await again.close();
  });

  test('that is there already needs nothing, not even leave', async () => {
    const { path, storage } = await folders();
    writeFileSync(join(path, 'a'), 'same');
    const { ino } = statSync(join(path, 'a'));
    const file = await storage.receive(announced('a', 'same'));
    expect(file.length).toBe(4);
    await file.keep();
    await file.close();
    expect(statSync(join(path, 'a')).ino).toBe(ino);
    expect(readdirSync(path)).toEqual(['a']);
  });

  test.each(['folder', 'link', 'dangling', 'pipe'])(
    'takes the place of no %s, even where it may',
    async (name) => {
      const { outside, path, storage } = await folders();
      mkdirSync(join(path, 'folder'));
      symlinkSync(join(outside, 'secret'), join(path, 'link'));
      symlinkSync(join(outside, 'made'), join(path, 'dangling'));
      execFileSync('mkfifo', [join(path, 'pipe')]);
      // Before an octet is on the air.
      await expect(storage.receive(announced(name, 'new', true))).rejects.toEqual(
        refusal(FileErrorReason.notPermitted),
      );
      expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('secret');
      expect(existsSync(join(outside, 'made'))).toBe(false);
      // The same where it comes to stand there meanwhile.
      const file = await storage.receive(announced('late', 'new', true));
      await file.append(octets('new'));
      symlinkSync(join(outside, 'secret'), join(path, 'late'));
      await expect(file.keep()).rejects.toEqual(refusal(FileErrorReason.notPermitted));
      await file.close();
      expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('secret');
    },
  );

  test('follows no link that was laid where it would lie', async () => {
    const { outside, path, storage } = await folders();
    const file = await storage.receive(announced('a', 'content'));
    await file.append(octets('c'));
    await file.close();
    const [partial = ''] = readdirSync(path);
    rmSync(join(path, partial));
    symlinkSync(join(outside, 'secret'), join(path, partial));
    await expect(storage.receive(announced('a', 'content'))).rejects.toMatchObject({ code: 'BLE_FILE' });
    expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('secret');
  });

  test('shares no octets with a file that has its name already', async () => {
    const { path, storage } = await folders();
    const file = await storage.receive(announced('a', 'content'));
    await file.append(octets('content'));
    await file.close();
    const [partial = ''] = readdirSync(path);
    // As a crash leaves it between the two steps of taking a name; then somebody works on the file.
    linkSync(join(path, partial), join(path, 'a'));
    writeFileSync(join(path, 'a'), 'content and more');
    const again = await storage.receive(announced('a', 'content', true));
    expect(again.length).toBe(0);
    await again.close();
    expect(readFileSync(join(path, 'a'), 'utf8')).toBe('content and more');
  });

  test('that was left longer than it should be begins anew', async () => {
    const { path, storage } = await folders();
    const file = await storage.receive(announced('a', 'content'));
    await file.append(octets('content and more'));
    await file.close();
    const again = await storage.receive(announced('a', 'content'));
    expect(again.length).toBe(0);
    await again.close();
    expect(readdirSync(path)).toEqual([]);
  });

  test('is one of eight that wait at the most: the oldest gives way, those that are open do not', async () => {
    const { path, storage } = await folders();
    const open = await storage.receive(announced('open', 'content'));
    await open.append(octets('c'));
    const [first = ''] = readdirSync(path);
    utimesSync(join(path, first), 1, 1);
    for (let i = 0; i < 12; i++) {
      const file = await storage.receive(announced(`a${i}`, 'content'));
      await file.append(octets('c'));
      await file.close();
      const made = readdirSync(path).filter((name) => statSync(join(path, name)).mtimeMs > 1e12);
      for (const name of made) utimesSync(join(path, name), 100 + i, 100 + i);
    }
    expect(readdirSync(path)).toHaveLength(9);
    expect(existsSync(join(path, first))).toBe(true);
    const lengths: number[] = [];
    for (let i = 11; i >= 3; i--) {
      const file = await storage.receive(announced(`a${i}`, 'content'));
      lengths.push(file.length);
      await file.close();
    }
    expect(lengths).toEqual([...Array(8).fill(1), 0]);
    await open.close();
  });

  test('for which there is no room is refused at once', async () => {
    const { path, storage } = await folders();
    const file = { ...announced('a', 'content'), size: 2 ** 52 };
    await expect(storage.receive(file)).rejects.toEqual(refusal(FileErrorReason.noSpace));
    expect(readdirSync(path)).toEqual([]);
  });

  test('for which there is no more room says so, and keeps what has come', async () => {
    const { path, storage } = await folders();
    const file = await storage.receive(announced('a', 'content'));
    await file.append(octets('con'));
    const probe = await openFile(join(path, 'probe'), 'w');
    const full = vi
      .spyOn(Object.getPrototypeOf(probe), 'write')
      .mockRejectedValue(
        Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' }),
      );
    onTestFinished(() => full.mockRestore());
    await probe.close();
    await expect(file.append(octets('tent'))).rejects.toEqual(refusal(FileErrorReason.noSpace));
    await expect(file.append(octets('tent'))).rejects.toThrow(/storing 'a' in .*ENOSPC.*0x08, No Space/);
    full.mockRestore();
    await file.close();
    const again = await storage.receive(announced('a', 'content'));
    expect(again.length).toBe(3);
    await again.close();
  });
});
