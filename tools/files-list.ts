import { defineCommand } from './command.ts';
import { fileOptions, withFiles } from './file-session.ts';
import { octetsOf } from './octets.ts';
import { waitFor } from './session.ts';
import { tableHead, tableLine } from './table.ts';
import { printable } from './text.ts';

const columns = [
  { title: 'SIZE', width: 11, align: 'right' },
  { title: 'CHANGED', width: 16 },
  { title: 'NAME' },
] as const;

export const filesList = defineCommand({
  description: ['Connects to a device that serves files, lists them by name, and disconnects.'],
  options: fileOptions,
  examples: ['jelling files list', 'jelling files list --peer kitchen --json | jq -r .name'],
  async run(invocation) {
    const { output } = invocation;
    const entries = await withFiles(invocation, (client) => client.list(waitFor(invocation)));
    if (entries.length > 0) output.line(output.style('bold', tableHead(columns)));
    for (const { name, size, modifiedMs } of entries) {
      const modified = modifiedMs === 0 ? undefined : new Date(modifiedMs);
      output.data({ event: 'file', name, size, modified: modified?.toISOString() }, () =>
        tableLine(columns, [octetsOf(size), minuteOf(modified), printable(name)], output.columns),
      );
    }
    if (entries.length === 0) output.remark('there are no files');
    return undefined;
  },
});

/** As `ls` tells it: in the time of this place. */
const minuteOf = (date: Date | undefined): string => {
  if (date === undefined || Number.isNaN(date.getTime())) return '';
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
};
