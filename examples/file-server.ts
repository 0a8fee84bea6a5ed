// Serves the files of a folder to every central that connects, and takes files of new names: `file-server.ts FOLDER`.
// Ctrl-C ends it.
import { open } from 'jelling';
import { type FileActivity, openFolder, serveFiles } from 'jelling/services';

const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
const { signal } = stop;

const say = ({ connection, operation, name = 'the files' }: FileActivity, how: string): void =>
  console.log(`${connection.device}: ${operation} ${name} ${how}`);

const storage = await openFolder(process.argv[2] ?? '.');
await using ble = await open(process.env['JELLING_ADAPTER'] ?? 'usb');
await using server = serveFiles(ble, {
  storage,
  uploads: 'new',
  events: {
    begun: (activity) => say(activity, 'has begun'),
    ended: (activity, error) => say(activity, error === undefined ? 'is done' : `has failed: ${error}`),
  },
});
console.log(`file-server is ${ble.address}; Ctrl-C ends it`);

try {
  await using advertising = ble.advertising({ name: 'files', services: [server.uuid], signal });
  for await (const connection of advertising) console.log(`${connection.device} has connected`);
} catch (error) {
  if (!signal.aborted) throw error;
}
