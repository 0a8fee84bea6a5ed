/** Plays the half of each row that is on this machine, for as long as its other half is connected. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { type Connection, MemoryBondStore, MemoryIdentityStore, type OpenOptions, open } from 'jelling';
import { type ControllerOptions, createAir, serve } from 'jelling/virtual';
import type { Answer, Question } from './lines.ts';
import type { Row, Stage, Told } from './row.ts';

interface StageServer extends AsyncDisposable {
  readonly port: number;
}

/** Listens on this machine alone, which the guest reaches as its gateway. */
export const serveStages = async (rows: readonly Row[]): Promise<StageServer> => {
  const sockets = new Set<Socket>();
  const playing = new Set<Promise<void>>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const play = playOn(socket, rows).finally(() => {
      sockets.delete(socket);
      playing.delete(play);
    });
    playing.add(play);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await Promise.all(playing);
    },
  };
};

type Action = (argument: Told) => Promise<Told>;
type Ending = () => Promise<void>;

/** Resolves when the other half has gone and everything has ended; an action that never does is left behind. */
const playOn = async (socket: Socket, rows: readonly Row[]): Promise<void> => {
  const actions = new Map<string, Action>();
  const endings: Ending[] = [];
  const stage = stageOf(actions, endings);
  actions.set('row', async (name) => (await rows.find((row) => row.name === name)?.stage?.(stage)) ?? null);
  // One question is on its way at a time.
  createInterface({ input: socket }).on('line', async (line) => {
    const { ask, argument } = JSON.parse(line) as Question;
    const answer = await answerTo(actions.get(ask), ask, argument);
    if (!socket.destroyed) socket.write(`${JSON.stringify(answer)}\n`);
  });
  // The guest may be turned off at any time.
  socket.on('error', () => {});
  await once(socket, 'close');
  // What was made last stands on what was made before.
  for (const end of endings.reverse()) await end();
};

const answerTo = async (work: Action | undefined, ask: string, argument: Told): Promise<Answer> => {
  if (work === undefined) return { error: `the half on the machine has no '${ask}'` };
  try {
    const told: Promise<Told> = work(argument);
    return { told: await told };
  } catch (error) {
    return { error: `on the machine: ${error instanceof Error ? error.stack : String(error)}` };
  }
};

const stageOf = (actions: Map<string, Action>, endings: Ending[]): Stage => {
  const air = createAir();
  return {
    air,
    dongle: async (options: ControllerOptions = {}, nature = '') => {
      const { dongle, port, controller, close } = await serve(air, `usbip:0${nature}`, options);
      endings.push(close);
      if (dongle === undefined || port === undefined) throw new Error('this is served as no dongle');
      return { socket: { port, busid: dongle.busid }, faults: dongle.faults, controller };
    },
    host: async (options: OpenOptions = {}) => {
      const stores = { identityStore: new MemoryIdentityStore(), bonds: new MemoryBondStore() };
      const adapter = await open(air.createController().connect(), { ...stores, ...options });
      endings.push(() => adapter.close());
      return adapter;
    },
    advertise: async (adapter, options) => {
      const advertising = adapter.advertising({ intervalMs: 100, ...options });
      endings.push(() => advertising.close());
      const served = serveEach(advertising);
      await Promise.race([advertising.started(), served]);
    },
    on: (action, work) => {
      actions.set(action, work);
    },
  };
};

/** Takes every central that comes; each ends its link itself. */
const serveEach = async (advertising: AsyncIterable<Connection>): Promise<void> => {
  for await (const connection of advertising) void connection;
};
