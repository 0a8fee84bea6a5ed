/** What a row works with in the guest. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { createConnection, type Socket as TcpSocket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, MACHINE } from '../lines.ts';
import type { Bench, Ended, RunOptions, Socket, Told } from '../row.ts';

const DEVICES = '/sys/bus/usb/devices';
const attachMs = 15_000;
const POLL_MS = 50;

/** Connects to the other half of a row and gets its facts. `say` takes what the row prints. */
export const openBench = async (
  row: string,
  stagePort: number,
  say: (line: string) => void,
): Promise<Bench & AsyncDisposable> => {
  // The row before may have been killed.
  await detach();
  const otherHalf = new OtherHalf(createConnection(stagePort, MACHINE));
  const mark = `jelling: row ${row} begins`;
  writeFileSync('/dev/kmsg', mark);
  const facts = await otherHalf.ask('row', row);
  return {
    facts,
    ask: (action, argument = null) => otherHalf.ask(action, argument),
    say,
    attach,
    detach,
    kernelLog: async () => {
      const lines = (await run('dmesg', [])).stdout.trimEnd().split('\n');
      return lines.slice(lines.findLastIndex((line) => line.endsWith(mark)) + 1);
    },
    run,
    jelling: (args, options) => run('jelling', args, options),
    until,
    [Symbol.asyncDispose]: async () => {
      await detach();
      otherHalf.close();
    },
  };
};

/** One question at a time is on its way, and answers come in the order of questions. */
class OtherHalf {
  readonly #socket: TcpSocket;
  readonly #answers: AsyncIterator<string>;
  #last: Promise<unknown> = Promise.resolve();

  constructor(socket: TcpSocket) {
    this.#socket = socket;
    this.#answers = createInterface({ input: socket })[Symbol.asyncIterator]();
  }

  ask(ask: string, argument: Told): Promise<Told> {
    const answer = this.#last.then(() => this.#exchange(ask, argument));
    this.#last = answer.catch(() => {});
    return answer;
  }

  async #exchange(ask: string, argument: Told): Promise<Told> {
    this.#socket.write(`${JSON.stringify({ ask, argument })}\n`);
    const next = await this.#answers.next();
    if (next.done === true) throw new Error(`the machine did not answer '${ask}'`);
    const answer = JSON.parse(next.value) as Answer;
    if ('error' in answer) throw new Error(answer.error);
    return answer.told;
  }

  close(): void {
    this.#socket.destroy();
  }
}

const run = (program: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> => {
  const { asUser = false, timeoutMs: timeout = 30_000 } = options;
  const [name, rest] = asUser
    ? ['setpriv', ['--reuid=user', '--regid=user', '--clear-groups', 'env', 'HOME=/tmp', program, ...args]]
    : [program, args];
  return new Promise((resolve, reject) => {
    const child = execFile(name, rest, { timeout, encoding: 'utf8' }, (error, stdout, stderr) => {
      if (error?.killed === true)
        return reject(
          new Error(`${program} ${args.join(' ')} did not end within ${timeout} ms\n${stdout}${stderr}`),
        );
      if (error !== null && typeof error.code === 'string') return reject(error);
      resolve({ code: child.exitCode, stdout, stderr });
    });
    child.stdin?.end();
  });
};

const until = async <T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
  timeoutMs = 10_000,
): Promise<T> => {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error(`waited ${timeoutMs} ms in vain: ${what}`);
    await sleep(POLL_MS);
  }
};

/** Devices, without the hubs that every bus has and the interfaces of devices. */
const plugged = (): readonly string[] =>
  readdirSync(DEVICES).filter(
    (name) => /^\d+-[\d.]+$/.test(name) && existsSync(`${DEVICES}/${name}/idVendor`),
  );

const attach = async ({ port, busid }: Socket): Promise<string> => {
  const before = plugged();
  const { code, stderr } = await run('usbip', [
    '--tcp-port',
    String(port),
    'attach',
    '-r',
    MACHINE,
    '-b',
    busid,
  ]);
  if (code !== 0) throw new Error(`usbip attach ended with ${code}: ${stderr.trim()}`);
  const isNew = (name: string): boolean => !before.includes(name);
  const device = await until(`${busid} to be a device`, () => plugged().find(isNew), attachMs);
  await run('udevadm', ['settle']);
  return device;
};

const detach = async (): Promise<void> => {
  const { stdout } = await run('usbip', ['port']);
  for (const [, port = ''] of stdout.matchAll(/^Port (\d+):/gm)) await run('usbip', ['detach', '-p', port]);
  await until('devices to be gone', () => plugged().length === 0 || undefined, attachMs);
};
