/** Two of our virtual controllers on one air, each served to its host over TCP or a pty. */
import { createAir, serve, type VirtualServer } from 'jelling/virtual';
import type { Ground } from './ground.ts';
import { Report } from './report.ts';
import type { Pair, Role } from './table.ts';

export const serveJelling = async (pair: Pair, folder: string): Promise<Ground> => {
  const air = createAir();
  const servers: VirtualServer[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.close()));
  };
  const serveOne = async (role: Role): Promise<string> => {
    const [side, line] = pair.line ?? [];
    const kind = line === 'unix socket' ? 'unix' : 'pty';
    const at = side === role ? `${kind}:${folder}/${role}` : 'tcp:127.0.0.1:0';
    const server = await serve(air, at, { name: role });
    servers.push(server);
    return server.address;
  };
  try {
    const places = { central: await serveOne('central'), peripheral: await serveOne('peripheral') };
    return { places, report: new Report(), stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
