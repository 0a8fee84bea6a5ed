/**
 * The program in the guest: `guest.js` runs the rows of the plan one after the other, each as `guest.js ROW` in a process of its own, and
 * reports to the machine around it on its standard output.
 */
import { spawn } from 'node:child_process';
import { readFileSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Plan, Report } from '../lines.ts';
import { rowTimeoutMs } from '../row.ts';
import { rows } from '../table.ts';
import { openBench } from './bench.ts';

const plan = JSON.parse(readFileSync(new URL('plan.json', import.meta.url), 'utf8')) as Plan;

const rowNamed = (name: string) => {
  const row = rows.find((each) => each.name === name);
  if (row === undefined) throw new Error(`no row is called '${name}'`);
  return row;
};

/** Blocks, so that nothing is lost when the guest is turned off. */
const report = (line: Report): void => {
  writeSync(1, `${JSON.stringify(line)}\n`);
};

/** How much of what the kernel said is printed with a failure. */
const KERNEL_LINES = 20;

/** In a process of its own: the lines of the row, and a clean end if it passes. */
const playRow = async (name: string): Promise<void> => {
  const row = rowNamed(name);
  await using bench = await openBench(name, plan.stagePort, (line) => console.log(line));
  try {
    await row.guest(bench);
  } catch (error) {
    console.error(error instanceof Error ? error.stack : error);
    const log = (await bench.kernelLog()).slice(-KERNEL_LINES);
    if (log.length > 0) console.error(`the kernel said\n${log.join('\n')}`);
    process.exitCode = 1;
  }
};

/** Runs a row, and gives what was wrong with it. */
const watchRow = async (name: string): Promise<string | undefined> => {
  const timeout = rowTimeoutMs(rowNamed(name));
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), name], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // What the row has started ends with it.
    detached: true,
  });
  let complaint = '';
  let isLate = false;
  const killAll = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // Nothing of it is left.
    }
  };
  child.on('exit', killAll);
  const timer = setTimeout(() => {
    isLate = true;
    killAll();
  }, timeout);
  createInterface({ input: child.stdout }).on('line', (line) => report({ event: 'says', line }));
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk).slice(-4_000);
  });
  const code = await new Promise<number | null>((resolve) => {
    child.on('close', resolve);
  });
  clearTimeout(timer);
  if (code === 0) return undefined;
  return isLate ? `did not end within ${timeout} ms\n${complaint.trim()}` : complaint.trim();
};

const [, , name] = process.argv;
if (name !== undefined) {
  await playRow(name);
} else {
  report({ event: 'ready' });
  for (const row of plan.rows) {
    report({ event: 'begins', row });
    report({ event: 'ends', row, error: await watchRow(row) });
  }
  report({ event: 'done' });
}
