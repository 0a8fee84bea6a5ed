/** The verdict of tshark, a decoder that neither side wrote, on the HCI traffic of a pair. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Fault } from './judge.ts';

const execute = promisify(execFile);

const tshark = async (file: string, ...args: string[]): Promise<string[]> => {
  const { stdout } = await execute('tshark', ['-r', file, ...args], {
    timeout: 30_000,
    maxBuffer: 64 << 20,
  });
  return stdout.split('\n').filter((line) => line !== '');
};

const fields = ['frame.number', '_ws.col.Info', '_ws.expert.message'].flatMap((field) => ['-e', field]);

/** Says what tshark finds wrong in a capture, or nothing. A capture with no ATT traffic in it proves nothing. */
export const judgeCapture = async (file: string): Promise<Fault | undefined> => {
  if (!existsSync(file)) return { text: `no capture was written to ${file}`, tried: false };
  const faults = await tshark(
    file,
    ...['-Y', '_ws.malformed || _ws.expert.severity == error', '-T', 'fields', ...fields],
  );
  const first = faults[0];
  if (first !== undefined) {
    return { text: `tshark: ${faults.length} faulty packets, the first: ${first}`, tried: true };
  }
  const attribute = await tshark(file, '-Y', 'btatt', '-T', 'fields', '-e', 'frame.number');
  if (attribute.length >= 20) return undefined;
  return { text: `only ${attribute.length} ATT packets in ${file}`, tried: false };
};
