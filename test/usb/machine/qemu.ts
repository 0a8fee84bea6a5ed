/** A virtual machine that runs the guest. */
import { type StdioOptions, spawn } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { files } from './image.ts';

interface Machine {
  /** The folder of the guest. */
  readonly guest: string;
  /** The disk with the programs. */
  readonly programs: string;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

/** A virtual machine often offers KVM to its own and cannot keep the promise. */
const hasKvm = (): boolean => {
  if (!/^flags\s*:.*\b(vmx|svm)\b/m.test(readFileSync('/proc/cpuinfo', 'utf8'))) return false;
  try {
    accessSync('/dev/kvm', constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
};

export const accelerator = hasKvm() ? 'kvm' : 'tcg';

const disk = (name: string, path: string): readonly string[] => [
  ...['-drive', `if=none,id=${name},file=${path},format=raw,snapshot=on`],
  ...['-device', `virtio-blk-pci,drive=${name}`],
];

const argumentsOf = (
  { guest, programs, deadlineMs }: Machine,
  serial: string,
  more: readonly string[],
  word: string,
): readonly string[] => [
  ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none'],
  ...['-machine', 'pc', '-cpu', 'max', '-smp', '2', '-m', '768'],
  ...['-accel', accelerator === 'kvm' ? 'kvm' : 'tcg,thread=multi'],
  ...['-kernel', join(guest, files.kernel), '-initrd', join(guest, files.initramfs)],
  // A row marks the kernel's log as often as it likes; the kernel's tests of its own algorithms take a second, and are not what is tested.
  '-append',
  `console=ttyS0 quiet panic=-1 net.ifnames=0 printk.devkmsg=on cryptomgr.notests=1 jelling.deadline=${Math.ceil(deadlineMs / 1000)} ${word}`,
  ...disk('root', join(guest, files.root)),
  ...disk('programs', programs),
  ...['-netdev', 'user,id=net', '-device', 'virtio-net-pci,netdev=net,romfile='],
  ...['-serial', serial],
  ...more,
];

/**
 * Boots the guest for its rows. `onLine` gets what it reports, and what it prints beside goes to the file `console`. Resolves when the
 * machine is off, with what was wrong if it went off by itself; it is killed at the deadline.
 */
export const bootForRows = (
  machine: Machine,
  console: string,
  onLine: (line: string) => void,
): Promise<string | undefined> => {
  const port = [
    '-device',
    'virtio-serial-pci',
    '-chardev',
    'stdio,id=report',
    '-device',
    'virtserialport,chardev=report',
  ];
  const args = argumentsOf(machine, `file:${console}`, port, '');
  return start(machine, args, ['pipe', 'pipe', 'pipe'], onLine);
};

/** Boots the guest with a shell on this terminal. */
export const bootForShell = (machine: Machine): Promise<string | undefined> =>
  start(machine, argumentsOf(machine, 'stdio', [], 'jelling.shell'), 'inherit', () => {});

const start = (
  { deadlineMs, signal }: Machine,
  args: readonly string[],
  stdio: StdioOptions,
  onLine: (line: string) => void,
): Promise<string | undefined> =>
  new Promise((resolve) => {
    const child = spawn('qemu-system-x86_64', args, { stdio, signal, killSignal: 'SIGKILL' });
    let complaint = '';
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      child.kill('SIGKILL');
    }, deadlineMs);
    // Its standard input stays open: when that ends, so does the machine's report.
    if (child.stdout !== null) createInterface({ input: child.stdout }).on('line', onLine);
    child.stderr?.on('data', (chunk: Buffer) => {
      complaint = (complaint + chunk).slice(-2_000);
    });
    child.on('error', (error) => {
      complaint += error.message;
    });
    child.on('close', (code, killedBy) => {
      clearTimeout(timer);
      if (isLate) return resolve(`the guest was not done within ${deadlineMs / 1000} s`);
      resolve(code === 0 ? undefined : `QEMU ended with ${killedBy ?? code}: ${complaint.trim()}`);
    });
  });
