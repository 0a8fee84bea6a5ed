// Stands in for `socat -d -d -t0 PTY,… FD:3`: the terminal is a Unix socket in the folder that the first argument names.
import { createServer, Socket } from 'node:net';
import { join } from 'node:path';

const [folder = '', ...args] = process.argv.slice(2);
const line = new Socket({ fd: 3 });
const place = join(folder, `terminal-${process.pid}`);

if (args.at(-1) !== 'FD:3' || !args.at(-2)?.startsWith('PTY,')) {
  process.stderr.write('2026/01/01 00:00:00 socat[1] E wrong arguments\n');
  process.exit(1);
}
if (folder === 'full') {
  process.stderr.write('2026/01/01 00:00:00 socat[1] E openpty(): No space left on device\n');
  process.exit(1);
}

const server = createServer((host) => {
  server.close();
  host.on('error', () => {});
  host.pipe(line);
  line.pipe(host);
  host.on('close', () => process.exit(0));
});
line.on('error', () => {});
line.on('end', () => process.exit(0));
server.listen(place, () => process.stderr.write(`2026/01/01 00:00:00 socat[1] N PTY is ${place}\n`));
