import { spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { TransportError } from '../../core/errors.ts';
import { messageOf } from '../connect-failure.ts';

/**
 * Runs the program given, with descriptor 3 as its line to us, and ends it when our end of the shell's own input is closed: by us, or by
 * the system when this process dies, however it dies. Interrupts typed at the terminal go to the whole group; the shell leaves them to us.
 */
const LIFELINE_SCRIPT = `
trap '' INT
"$@" </dev/null &
child=$!
exec 3<&- 2>&-
read -r nothing
kill "$child"
wait "$child"
`;

/** The shell's status for a program that it did not find. */
const NOT_FOUND = 127;
/** What is kept of what socat says before it is ready. */
const MAX_SAID = 8192;

/** A pseudo-terminal that one host can open, and close once. */
export interface PtyChild {
  /** What the host opens: `/dev/pts/3`. */
  readonly device: string;
  /** What the host writes, and what it is to read. Ends when the host closes the terminal. */
  readonly stream: Socket;
  /** Ends the child. Idempotent; resolves when the child is gone. */
  end(): Promise<void>;
}

const missing = (): TransportError =>
  new TransportError(
    'pseudo-terminals are made by socat, which is not installed: sudo apt install socat (Debian, Ubuntu, Raspberry Pi OS), ' +
      'brew install socat (macOS); or listen on tcp:HOST:PORT, which needs nothing',
  );

/**
 * Starts socat and resolves when its terminal is there. `program` is what to run in the place of `socat`, with the arguments that come
 * first. Rejects with TransportError; the child is gone by then.
 */
export const startPtyChild = (program: readonly string[]): Promise<PtyChild> =>
  new Promise((resolve, reject) => {
    // Without wait-slave socat holds the terminal open itself and would never see that the host has closed it.
    const terminal = 'PTY,rawer,wait-slave,pty-interval=0.01';
    const child = spawn(
      'sh',
      ['-c', LIFELINE_SCRIPT, 'sh', ...program, '-d', '-d', '-t0', terminal, 'FD:3'],
      {
        stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
      },
    );
    const gone = new Promise<number | null>((done) => {
      child.once('error', (error) => {
        reject(
          new TransportError(`cannot run sh, which starts socat: ${messageOf(error)}`, { cause: error }),
        );
        done(null);
      });
      child.once('close', done);
    });
    const { stdin, stderr } = child;
    const stream = child.stdio[3];
    if (!(stream instanceof Socket) || stdin === null || stderr === null) return;
    // A program that ends before it has read is told of by its end, not by the failed write.
    stdin.on('error', () => undefined);
    stream.on('error', () => undefined);
    const end = async (): Promise<void> => {
      stdin.end();
      stream.destroy();
      await gone;
    };

    let said = '';
    stderr.setEncoding('utf8');
    stderr.on('data', (text: string) => {
      if (said.length < MAX_SAID) said += text;
      const device = /PTY is (\S+)\n/.exec(said)?.[1];
      if (device !== undefined) resolve({ device, stream, end });
    });
    stderr.once('end', () => {
      stdin.end();
      stream.destroy();
      void gone.then((status) =>
        reject(
          status === NOT_FOUND
            ? missing()
            : new TransportError(`cannot make a pseudo-terminal: ${lastLine(said)}`),
        ),
      );
    });
  });

/** What socat says last, without its time and process. */
const lastLine = (said: string): string => {
  const line = said.trim().split('\n').at(-1) ?? '';
  return line === '' ? 'socat ended without saying why' : line.replace(/^.*socat\[\d+\] \w /, '');
};
