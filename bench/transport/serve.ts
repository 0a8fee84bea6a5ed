import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createAir, serve } from '../../src/virtual/index.ts';
import { playFarEnd } from './far-end.ts';

// Far ends on each kind of line, in a process of their own: their work is not the host's.

const folder = await mkdtemp(join(tmpdir(), 'jelling-bench-'));
const air = createAir();
const places = {
  TCP: 'tcp:127.0.0.1:0',
  'pty H4': `pty:${folder}/h4`,
  'pty H5': `pty:${folder}/h5,h5`,
};
const servers = await Promise.all(
  Object.entries(places).map(async ([name, at]) => ({ name, server: await serve(air, at) })),
);
for (const { server } of servers) playFarEnd(server.controller);
process.send?.({ lines: Object.fromEntries(servers.map(({ name, server }) => [name, server.address])) });
process.on('disconnect', async () => {
  await Promise.all(servers.map(({ server }) => server.close()));
  await rm(folder, { recursive: true });
  process.exit();
});
