// Lists the files of file-server.ts, gets one, or puts one: `file-client.ts list`, `file-client.ts get NAME FOLDER`,
// `file-client.ts put NAME FOLDER`. When the link is lost it is made again, and the transfer goes on where it was.
import { DisconnectedError, open } from 'jelling';
import { FILE_SERVICE, FileClient, openFolder } from 'jelling/services';

const [, , what = 'list', name = '', path = '.'] = process.argv;
const folder = await openFolder(path);
await using ble = await open(process.env['JELLING_ADAPTER'] ?? 'usb');

const find = async () => {
  await using scanner = ble.scan({ durationMs: 10_000, active: true });
  for await (const result of scanner) {
    if (result.services.includes(FILE_SERVICE)) return result.device;
  }
  throw new Error('no file server found');
};

const onProgress = (octets: number, size: number): void => {
  const share = size === 0 ? 1 : octets / size;
  const bar = '#'.repeat(Math.floor(share * 40)).padEnd(40, '.');
  process.stderr.write(`\r${bar} ${Math.floor(share * 100)} %${octets === size ? '\n' : ''}`);
};

const work = async (): Promise<void> => {
  const device = await find();
  await using connection = await device.connect({ timeoutMs: 10_000 });
  const files = await FileClient.find(connection);
  if (what === 'list') {
    for (const entry of await files.list()) console.log(String(entry.size).padStart(10), entry.name);
    return;
  }
  const transfer =
    what === 'put'
      ? await files.upload(name, folder, { onProgress })
      : await files.download(name, folder, { onProgress });
  const sum = Buffer.from(transfer.digest).toString('hex');
  console.log(`${name}: ${transfer.size} octets, the first ${transfer.resumedAt} were there already`);
  console.log(`SHA-256 ${sum}, the same at both ends`);
};

for (let triesLeft = 5; triesLeft > 0; triesLeft--) {
  try {
    await work();
    break;
  } catch (error) {
    if (!(error instanceof DisconnectedError) || triesLeft === 1) throw error;
    console.log(`\n${error.message}: once more`);
  }
}
