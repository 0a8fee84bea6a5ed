import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createAir, serve } from '../../src/virtual/index.ts';
import { playFarEnd } from './far-end.ts';

// Far ends on each kind of line, in a process of their own: their work is not the host's. By hand, with any place that serve() takes: `node serve.js usbip:3240`.

const folder = await mkdtemp(join(tmpdir(), 'jelling-bench-'));
const air = createAir();
const usual: readonly (readonly [string, string])[] = [
  ['TCP', 'tcp:127.0.0.1:0'],
  ['pty H4', `pty:${folder}/h4`],
  ['pty H5', `pty:${folder}/h5,h5`],
];
const given = process.argv.slice(2).map((at) => [at, at] as const);
const places = given.length > 0 ? given : usual;
const servers = await Promise.all(places.map(async ([name, at]) => ({ name, server: await serve(air, at) })));
for (const { server } of servers) playFarEnd(server.controller);
const lines = Object.fromEntries(servers.map(({ name, server }) => [name, server.address]));
if (process.send === undefined) process.stdout.write(`${JSON.stringify({ lines })}\n`);
else process.send({ lines });

const end = async (): Promise<void> => {
  await Promise.all(servers.map(({ server }) => server.close()));
  await rm(folder, { recursive: true });
  process.exit();
};
for (const event of ['disconnect', 'SIGINT', 'SIGTERM']) process.once(event, end);
