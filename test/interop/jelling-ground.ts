/** Two of our virtual controllers on one air, each served over TCP, or over a pty that socat makes of it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAir, serve } from 'jelling/virtual';
import type { Ground } from './ground.ts';
import type { Pair, Role } from './table.ts';

const ptyMs = 5_000;

interface Served {
  place: string;
  stop(): Promise<void>;
}

/** Gives a TCP port the looks of a serial port, at a path. */
const bridge = async (address: string, path: string): Promise<Served> => {
  const socat: ChildProcess = spawn(
    'socat',
    [`PTY,link=${path},rawer,wait-slave`, address.replace(/^tcp:/, 'TCP:')],
    { stdio: 'ignore' },
  );
  const ended = once(socat, 'close');
  const stop = async (): Promise<void> => {
    socat.kill();
    await ended;
  };
  for (const start = Date.now(); !existsSync(path); await sleep(10)) {
    if (socat.exitCode === null && Date.now() - start < ptyMs) continue;
    await stop();
    throw new Error(`socat made no pty at ${path}`);
  }
  return { place: `serial:${path}`, stop };
};

export const serveJelling = async (pair: Pair, folder: string): Promise<Ground> => {
  const air = createAir();
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.reverse()) await each();
  };
  const serveOne = async (role: Role): Promise<string> => {
    const server = await serve(air, 'tcp:127.0.0.1:0', { name: role });
    stops.push(() => server.close());
    if (pair.overPty !== role) return server.address;
    const pty = await bridge(server.address, `${folder}/${role}`);
    stops.push(pty.stop);
    return pty.place;
  };
  try {
    return { places: { central: await serveOne('central'), peripheral: await serveOne('peripheral') }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
