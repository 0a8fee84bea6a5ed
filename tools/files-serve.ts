import {
  type FileActivity,
  FileError,
  type FileServerEvents,
  openFolder,
  serveFiles,
} from 'jelling/services';
import { serveCentrals } from './centrals.ts';
import { defineCommand } from './command.ts';
import { codeOf } from './exit.ts';
import { readOctets } from './octets.ts';
import { oneOf, text, withDefault } from './option.ts';
import type { Output } from './output.ts';
import { withAdapter } from './session.ts';
import { printable } from './text.ts';
import { TransferProgress } from './transfer-progress.ts';
import { howOf } from './transfer-report.ts';

export const filesServe = defineCommand({
  description: [
    'Serves the plain files of a folder to every central that connects, and says what they do. It goes on until Ctrl-C, or ends with status 4 when --timeout passes without a central.',
    'Folders in it, symbolic links and hidden files are not served, nor can they be replaced. Clients may only read unless --uploads says more; what they send lies in hidden files until it is whole.',
  ],
  operands: [{ name: 'FOLDER', help: 'whose files are served' }],
  options: {
    name: withDefault('NAME', 'the name to advertise; files unless given', text, 'files'),
    uploads: withDefault(
      'WHICH',
      'none: clients only read; new: they may send files of new names; replace: any; none unless given',
      oneOf('none', 'new', 'replace'),
      'none',
    ),
    'max-size': withDefault(
      'OCTETS',
      'the longest file that is taken, as in 20M; 1G unless given',
      readOctets,
      1e9,
    ),
  },
  examples: [
    'jelling files serve ./docs',
    'jelling files serve ~/inbox --uploads new --name kitchen --max-size 50M',
    'jelling files serve . --adapter serial:/dev/ttyACM0,1000000 --json',
  ],
  async run(invocation) {
    const { output, options, operands, signal, common } = invocation;
    const [folder = ''] = operands;
    const { name, uploads, 'max-size': maxSize } = options;
    const storage = await openFolder(folder);
    await withAdapter(
      invocation,
      async (ble) => {
        await using server = serveFiles(ble, { storage, uploads, maxSize, events: eventsTo(output) });
        await using advertising = ble.advertising({
          name,
          services: [server.uuid],
          timeoutMs: common.timeout,
          signal,
        });
        const what = `serving ${folder} under the name ${name}`;
        const fields = { name, folder, uploads };
        await serveCentrals({ ble, advertising, output, signal, what, fields });
      },
      { name },
    );
    return undefined;
  },
});

/** What clients do, told when it is over, and shown while it goes on. */
const eventsTo = (output: Output): FileServerEvents => {
  const under = new Map<FileActivity, TransferProgress>();
  return {
    begun(activity) {
      under.set(activity, new TransferProgress(output, activity.name ?? ''));
    },
    progress(activity, octets, size) {
      under.get(activity)?.at(octets, size);
    },
    ended(activity, error) {
      const progress = under.get(activity);
      under.delete(activity);
      if (progress !== undefined) tell(output, activity, progress, error);
    },
  };
};

const done = { list: 'has listed the files', download: 'has got', upload: 'has put' } as const;
const failed = {
  list: 'could not list the files',
  download: 'could not get',
  upload: 'could not put',
} as const;

const tell = (
  output: Output,
  { connection, operation, name }: FileActivity,
  progress: TransferProgress,
  error: unknown,
): void => {
  const { elapsedMs, transferred, place, size } = progress;
  const { address } = connection.device;
  const file = name === undefined ? '' : ` ${printable(name)}`;
  const common = { address, operation, name, size, transferred, elapsedMs };
  if (error === undefined) {
    output.data({ event: 'served', ...common }, () => {
      const how = operation === 'list' ? '' : `: ${howOf(progress)}`;
      return `${address} ${done[operation]}${file}${how}`;
    });
    return;
  }
  const code = codeOf(error);
  const message = messageOf(error);
  output.data({ event: 'failed', ...common, code, message }, () => {
    // What became of the link has been told.
    const why = code === 'BLE_DISCONNECTED' ? `the link ended behind ${place}` : printable(message);
    return output.style('yellow', `${address} ${failed[operation]}${file}: ${why}`);
  });
};

/** What was being done is told already; what lies beneath is for the owner of the folder alone. */
const messageOf = (error: unknown): string => {
  if (error instanceof FileError && error.cause === undefined) return error.meaning;
  return error instanceof Error ? error.message : String(error);
};
