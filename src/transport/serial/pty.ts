import { lstatSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import process from 'node:process';
import type { Clock, Timer } from '../../core/clock.ts';
import { TransportError } from '../../core/errors.ts';
import type { HciTransport } from '../../core/transport.ts';
import { connectFailure } from '../connect-failure.ts';
import { H4Protocol } from '../h4-protocol.ts';
import { H5Link } from '../h5/h5-link.ts';
import type { HostServer, OnHost } from '../host-server.ts';
import type { Line, LineProtocol, LineProtocolName } from '../line-protocol.ts';
import { releaseSocket } from '../socket/socket.ts';
import { StreamTransport } from '../stream-transport.ts';
import { type PtyChild, startPtyChild } from './pty-child.ts';

export interface ListenPtyOptions {
  /** Where the symbolic link to the pseudo-terminal is put: what a host opens as its serial port. */
  readonly path: string;
  /** H4 unless given. */
  readonly protocol?: LineProtocolName | undefined;
  readonly clock: Clock;
}

/** A pseudo-terminal passes on at once whatever it gets: what the deadlines of H5 are reckoned from is any high rate. */
const PTY_BAUD_RATE = 1_000_000;

/** Before another try, where no new terminal could be made for the next host. */
const RETRY_MS = 1000;

/** Throws TransportError when something is at `path` that is not a link left behind by a server that died. */
const checkFree = (path: string): void => {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there === undefined) return;
  if (!there.isSymbolicLink())
    throw new TransportError(`cannot serve a pseudo-terminal at ${path}: a file is there; take another path`);
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return;
  throw new TransportError(
    `cannot serve a pseudo-terminal at ${path}: it is a link to something that is there; end the program that serves it, remove the link, or take another path`,
  );
};

/**
 * A pseudo-terminal for one host after the other. A terminal serves one host: when that closes it, the link is moved at once to a spare one,
 * so that the next host finds one whenever it comes.
 */
class PtyServer implements HostServer {
  readonly address: string;
  readonly port = undefined;
  readonly #options: ListenPtyOptions;
  readonly #onHost: OnHost;
  readonly #program: readonly string[];
  /** Every child that runs, with the host's line where one has spoken. */
  readonly #children = new Set<PtyChild>();
  readonly #hosts = new Set<HciTransport>();
  #spare: PtyChild | undefined;
  #making: Promise<void> | undefined;
  #retry: Timer | undefined;
  #isWanting = false;
  #isClosed = false;
  #closing: Promise<void> | undefined;

  constructor(options: ListenPtyOptions, onHost: OnHost, program: readonly string[]) {
    this.#options = options;
    this.#onHost = onHost;
    this.#program = program;
    this.address = `serial:${options.path}${options.protocol === 'h5' ? ',h5' : ''}`;
  }

  async listen(): Promise<void> {
    checkFree(this.#options.path);
    const child = await startPtyChild(this.#program);
    this.#children.add(child);
    try {
      this.#offer(child);
    } catch (error) {
      await child.end();
      throw connectFailure(`cannot serve a pseudo-terminal at ${this.#options.path}`, error);
    }
    this.#makeSpare();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Points the link at the terminal and waits for its host. */
  #offer(child: PtyChild): void {
    const { path } = this.#options;
    const fresh = `${path}.new`;
    rmSync(fresh, { force: true });
    symlinkSync(child.device, fresh);
    renameSync(fresh, path);

    const { stream } = child;
    // A host speaks first; nothing else shows that somebody has opened the terminal.
    const spoke = (): void => {
      if (stream.readableLength === 0) return;
      stream.off('readable', spoke);
      this.#takeHost(child);
    };
    stream.on('readable', spoke);
    // One that opens and closes it without a word leaves a terminal that is of no more use.
    stream.once('end', () => this.#next(child));
    stream.once('close', () => this.#next(child));
  }

  #takeHost(child: PtyChild): void {
    const host: HciTransport = new StreamTransport({
      name: `host on ${this.#options.path}`,
      stream: child.stream,
      protocol: (line) => this.#protocolOn(line),
      advice: 'the host may open it again',
      release: async (how) => {
        await releaseSocket(child.stream, this.#options.clock, how);
        this.#next(child);
        await child.end();
        this.#hosts.delete(host);
      },
      // A host that starts anew without closing the terminal is another host on the same one.
      restart: () => {
        this.#hosts.delete(host);
        this.#takeHost(child);
      },
    });
    this.#hosts.add(host);
    this.#onHost(host);
  }

  #protocolOn(line: Line): LineProtocol {
    const side = 'controller';
    if (this.#options.protocol !== 'h5') return new H4Protocol({ side }, line);
    return new H5Link({ side, clock: this.#options.clock, baudRate: PTY_BAUD_RATE }, line);
  }

  /** The terminal has served: the next one takes its place. */
  #next(child: PtyChild): void {
    if (!this.#children.delete(child) || this.#isClosed) return;
    void child.end();
    const spare = this.#spare;
    this.#spare = undefined;
    if (spare === undefined) this.#isWanting = true;
    else this.#tryOffer(spare);
    this.#makeSpare();
  }

  /** Where the link cannot be moved, as while its folder is away, another terminal is tried later. */
  #tryOffer(child: PtyChild): void {
    try {
      this.#offer(child);
    } catch {
      this.#children.delete(child);
      void child.end();
      this.#isWanting = true;
      this.#makeSpareLater();
    }
  }

  #makeSpare(): void {
    if (this.#isClosed || this.#making !== undefined) return;
    this.#making = startPtyChild(this.#program)
      .then(
        (child) => this.#keep(child),
        () => this.#makeSpareLater(),
      )
      .then(() => {
        this.#making = undefined;
      });
  }

  #makeSpareLater(): void {
    if (this.#isClosed) return;
    this.#retry?.cancel();
    this.#retry = this.#options.clock.after(RETRY_MS, () => this.#makeSpare(), { background: true });
  }

  async #keep(child: PtyChild): Promise<void> {
    if (this.#isClosed) return child.end();
    this.#children.add(child);
    if (this.#isWanting) {
      this.#isWanting = false;
      this.#tryOffer(child);
    } else this.#spare = child;
  }

  async #close(): Promise<void> {
    this.#isClosed = true;
    this.#retry?.cancel();
    rmSync(this.#options.path, { force: true });
    await Promise.all([...this.#hosts].map((host) => host.close()));
    await this.#making;
    await Promise.all([...this.#children].map((child) => child.end()));
  }
}

/**
 * Serves the controller's side of H4 or H5 on a pseudo-terminal, which a host opens as a serial port, one host after the other. `program` stands in
 * for `socat`. Rejects with TransportError, which names the package when socat is missing.
 */
export const listenPty = async (
  options: ListenPtyOptions,
  onHost: OnHost,
  program: readonly string[] = ['socat'],
): Promise<HostServer> => {
  if (process.platform === 'win32') {
    throw new TransportError(
      'Windows has no pseudo-terminals that a serial program could open: listen on tcp:HOST:PORT',
    );
  }
  const server = new PtyServer(options, onHost, program);
  await server.listen();
  return server;
};
