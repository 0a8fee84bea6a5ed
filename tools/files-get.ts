import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isFileName, openFolder } from 'jelling/services';
import { defineCommand } from './command.ts';
import { UsageError } from './exit.ts';
import { fileOptions, withFiles } from './file-session.ts';
import { flag } from './option.ts';
import { waitFor } from './session.ts';
import { TransferProgress } from './transfer-progress.ts';
import { reportTransfer } from './transfer-report.ts';

export const filesGet = defineCommand({
  description: [
    'Gets a file from a device that serves it. What has arrived when a link is lost stays in a hidden file beside where the file belongs, and is not sent again, also when this command was ended meanwhile. The file gets its name when all of it is there and its SHA-256 is right.',
  ],
  operands: [
    { name: 'NAME', help: 'the file, as jelling files list shows it' },
    { name: '[PATH]', help: 'a folder to store it in, or a file; the current folder unless given' },
  ],
  options: {
    ...fileOptions,
    replace: flag('replace a file that is there; without it one that is another is an error'),
  },
  examples: [
    'jelling files get architecture.md',
    'jelling files get log.txt /tmp/today.txt --replace',
    'jelling files get firmware.bin --peer kitchen --json',
  ],
  async run(invocation) {
    const { output, operands, options } = invocation;
    const [name = '', path = '.'] = operands;
    if (!isFileName(name)) throw new UsageError(`'${name}' is no name that a file can have there`);
    const isFolder = path.endsWith('/') || (await isDirectory(path));
    const folder = isFolder ? path : dirname(path);
    const localName = isFolder ? name : basename(path);
    if (!isFileName(localName))
      throw new UsageError(`'${localName}' is no name that a file can have everywhere`);
    const storage = await openFolder(folder);
    const progress = new TransferProgress(output, name);
    const transfer = await withFiles(
      invocation,
      (client) =>
        client.download(name, storage, {
          ...waitFor(invocation),
          localName,
          replace: options.replace,
          onProgress: (octets, size) => progress.at(octets, size),
        }),
      () => progress.pause(),
    );
    reportTransfer(output, 'got', transfer, progress, join(folder, localName));
    return undefined;
  },
});

const isDirectory = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
};
