import type { FileTransfer } from 'jelling/services';
import { octetsOf } from './octets.ts';
import type { Output } from './output.ts';
import { printable } from './text.ts';
import type { TransferProgress } from './transfer-progress.ts';

/** Says that a file is whole at its other end. */
export const reportTransfer = (
  output: Output,
  kind: 'got' | 'put',
  { name, size, digest, resumedAt }: FileTransfer,
  progress: TransferProgress,
  path: string,
): void => {
  const { elapsedMs, transferred } = progress;
  const sha256 = Buffer.from(digest).toString('hex');
  output.data({ event: kind, name, path, size, sha256, resumedAt, transferred, elapsedMs }, () => {
    const what = `${kind} ${printable(name)}: ${howOf(progress)}`;
    return `${what}\n${output.style('dim', `SHA-256 ${sha256}, the same at both ends`)}`;
  });
};

/** How much, how fast, and what of it. */
export const howOf = ({ transferred, elapsedMs, size }: TransferProgress): string => {
  if (size > 0 && transferred === 0) return `${octetsOf(size)}, which were there already`;
  const rate = octetsOf(Math.round((transferred * 1_000) / Math.max(1, elapsedMs)));
  const now = transferred === size ? '' : `, ${octetsOf(transferred)} of them now,`;
  return `${octetsOf(size)}${now} in ${(elapsedMs / 1_000).toFixed(1)} s, ${rate}/s`;
};
