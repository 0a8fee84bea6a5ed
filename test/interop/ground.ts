/** The controllers that a pair stands on: two of them on one air, each served to a host. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Child, pythonCommand } from './child.ts';
import type { Environments } from './environments.ts';
import { serveJelling } from './jelling-ground.ts';
import { kindOf } from './kinds/kinds.ts';
import { Report } from './report.ts';
import type { Line, Pair, Role } from './table.ts';

export interface Ground {
  /** Where each side finds its controller: `tcp:HOST:PORT` or `serial:PATH`. */
  places: Record<Role, string>;
  /** What was seen of the hosts by those who serve it, once it has stopped. */
  report: Report;
  stop(): Promise<void>;
}

const startMs = 15_000;

/** A Python peer that serves controllers, once it has said where. */
const serveForeign = async (environments: Environments, script: string, args: string[]): Promise<Ground> => {
  let tell: (served: string[] | undefined) => void = () => {};
  const told = new Promise<string[] | undefined>((resolve) => {
    tell = resolve;
  });
  const report = new Report();
  const child = new Child(script, [...pythonCommand(environments, script), ...args], (line) => {
    report.take(line);
    if (line.event === 'ready') tell(line.served);
  });
  const late = sleep(startMs, `${script} served nothing within ${startMs} ms`, { ref: false });
  const outcome = await Promise.race([told, child.ended, late]);
  const [central, peripheral] = Array.isArray(outcome) ? outcome : [];
  if (central === undefined || peripheral === undefined) {
    await child.stop();
    throw new Error(typeof outcome === 'string' ? outcome : `${script} ended before it served anything`);
  }
  return {
    places: { central: moniker(central), peripheral: moniker(peripheral) },
    report,
    stop: () => child.stop(),
  };
};

/** A pty is a serial port to those who open it, and a served socket is a socket. */
const moniker = (place: string): string =>
  place.replace(/^ptys?:/, 'serial:').replace(/^(unix|tcp)-server:/, '$1:');

/** What a Python peer calls such a line when it serves it. */
const places: Readonly<Record<Line, string>> = {
  pty: 'pty',
  'two ptys': 'ptys',
  'unix socket': 'unix-server',
};

/** A place for a controller that the peripheral serves by itself, with its own beside it. */
const ownGround = async (place: string): Promise<Ground> => {
  const at = place === 'tcp' ? `tcp-server:127.0.0.1:${await freePort()}` : place;
  return {
    places: { central: moniker(at), peripheral: at },
    report: new Report(),
    stop: () => Promise.resolve(),
  };
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

/** Sabotaged, rootcanal is not what it says it is. */
const kindArguments = ({ kind }: Pair, place: string, sabotage: boolean): string[] =>
  kind === undefined
    ? []
    : ['--kind', JSON.stringify(kindOf(kind)), '--place', place, ...(sabotage ? ['--sabotage'] : [])];

export const serve = (
  environments: Environments,
  pair: Pair,
  folder: string,
  sabotage: boolean,
): Promise<Ground> => {
  const placeFor = (role: Role): string => {
    const [side, line] = pair.line ?? [];
    return line !== undefined && side === role ? `${places[line]}:${folder}/${role}` : 'tcp';
  };
  const served = [placeFor('central'), placeFor('peripheral')] as const;
  // There it is the foreign host's own, so that it can break the line.
  if (pair.topic === 'lines') return ownGround(served[0]);
  switch (pair.controllers) {
    case 'bumble':
      return serveForeign(environments, 'peers/controllers', [...served]);
    case 'rootcanal':
      return serveForeign(environments, 'peers/rootcanal_air', kindArguments(pair, served[0], sabotage));
    case 'jelling':
      return serveJelling(pair, folder);
  }
};
