import { realpath } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { NotFoundError } from 'jelling';
import { isFileName, openFolder } from 'jelling/services';
import { defineCommand } from './command.ts';
import { UsageError } from './exit.ts';
import { fileOptions, withFiles } from './file-session.ts';
import { flag } from './option.ts';
import { waitFor } from './session.ts';
import { TransferProgress } from './transfer-progress.ts';
import { reportTransfer } from './transfer-report.ts';

export const filesPut = defineCommand({
  description: [
    'Sends a file to a device that takes uploads: jelling files serve --uploads new. What has arrived when a link is lost stays there, and is not sent again. The file gets its name there when all of it has arrived and its SHA-256 is right.',
  ],
  operands: [
    { name: 'FILE', help: 'the file' },
    { name: '[NAME]', help: 'its name there; the same as here unless given' },
  ],
  options: {
    ...fileOptions,
    replace: flag('replace a file of that name; without it one that is another is an error'),
  },
  examples: [
    'jelling files put notes.txt',
    'jelling files put ./build/app.bin firmware.bin --replace --peer kitchen',
  ],
  async run(invocation) {
    const { output, operands, options } = invocation;
    const [file = '', name = basename(file)] = operands;
    if (!isFileName(name))
      throw new UsageError(`'${name}' is no name that a file can have there: give another`);
    // A link that the user names is followed; what is served to others never is.
    const path = await realpath(file).catch((cause: unknown) => {
      throw new NotFoundError(`there is no file ${file} here`, { cause });
    });
    const storage = await openFolder(dirname(path));
    const progress = new TransferProgress(output, name);
    const transfer = await withFiles(
      invocation,
      (client) =>
        client.upload(name, storage, {
          ...waitFor(invocation),
          localName: basename(path),
          replace: options.replace,
          onProgress: (octets, size) => progress.at(octets, size),
        }),
      () => progress.pause(),
    );
    reportTransfer(output, 'put', transfer, progress, path);
    return undefined;
  },
});
