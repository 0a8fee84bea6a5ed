import { describe, expect, test } from 'vitest';
import { Output, type OutputOptions } from '../../../tools/output.ts';
import { TransferProgress } from '../../../tools/transfer-progress.ts';
import { howOf } from '../../../tools/transfer-report.ts';

const CLEAR = '\r\u001b[K';

const make = (options: Partial<OutputOptions> & { readonly columns?: number } = {}) => {
  const written: string[] = [];
  let now = 0;
  const sink = (isTTY: boolean) => ({
    isTTY,
    columns: options.columns ?? 80,
    write: (text: string) => written.push(text),
  });
  const output = new Output({
    stdout: sink(false),
    stderr: sink(true),
    env: { NO_COLOR: '1' },
    json: false,
    ...options,
  });
  const progress = new TransferProgress(output, 'a.bin', () => now);
  const at = (ms: number, octets: number): void => {
    now = ms;
    progress.at(octets, 100_000);
  };
  return { output, progress, written, at };
};

describe('the progress of a transfer', () => {
  test('is a line that is written over, not more often than an eye can follow', () => {
    const { written, at } = make();
    at(0, 0);
    at(50, 10_000);
    at(1_000, 25_000);
    at(1_010, 30_000);
    at(1_020, 100_000);
    expect(written).toEqual([
      `${CLEAR}a.bin  ▕${' '.repeat(24)}▏    0 %`,
      `${CLEAR}a.bin  ▕${'█'.repeat(6)}${' '.repeat(18)}▏   25 %  25.0 kB/s  0:03 left`,
      `${CLEAR}a.bin  ▕${'█'.repeat(24)}▏  100 %  98.0 kB/s`,
    ]);
  });

  test('makes way for what is said, and leaves nothing behind', () => {
    const { output, written, at } = make();
    at(0, 50_000);
    written.length = 0;
    output.remark('hello');
    output.endStatus();
    expect(written).toEqual([CLEAR, 'hello\n']);
  });

  test('fits a narrow terminal', () => {
    const { written, at } = make({ columns: 45 });
    at(0, 0);
    at(1_000, 25_000);
    expect(written.at(-1)?.slice(CLEAR.length)).toBe(`a.bin  ▕${'█'.repeat(6)}${' '.repeat(18)}▏   25 %`);
  });

  test('goes on where it was, and counts what this run has brought', () => {
    const { progress, written, at } = make();
    at(0, 0);
    at(500, 40_000);
    progress.pause();
    at(8_000, 30_000);
    at(9_000, 100_000);
    expect(written.join('')).toContain('a.bin: going on behind 30.0 kB of 100 kB\n');
    expect([progress.transferred, progress.elapsedMs, progress.place]).toEqual([
      110_000,
      9_000,
      '100 kB of 100 kB',
    ]);
    expect(howOf(progress)).toBe('100 kB, 110 kB of them now, in 9.0 s, 12.2 kB/s');
  });

  test('is no news where all was there already', () => {
    const { progress, written, at } = make();
    at(0, 100_000);
    expect(written.join('')).not.toContain('going on');
    expect(howOf(progress)).toBe('100 kB, which were there already');
  });

  test('is an event a second for programs', () => {
    const { written, at } = make({ json: true });
    at(0, 0);
    at(500, 1);
    at(1_000, 2);
    at(1_100, 100_000);
    expect(written.map((line) => JSON.parse(line).octets)).toEqual([0, 2, 100_000]);
  });

  test('is nothing where nobody sees it', () => {
    const written: string[] = [];
    const sink = { write: (text: string) => written.push(text) };
    const output = new Output({ stdout: sink, stderr: sink, env: {}, json: false });
    new TransferProgress(output, 'a').at(0, 10);
    expect(written).toEqual([]);
  });
});
