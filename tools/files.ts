import type { CommandGroup } from './commands.ts';

export const files: CommandGroup = {
  summary: 'serve the files of a folder, list, get and put them',
  description: [
    'Copies files between two devices over Bluetooth LE alone. One side serves a folder; the other lists what is there, gets files and puts files. A link that is lost is made again, and a transfer goes on where it was. Each file is compared by its SHA-256 before it gets its name.',
    'Nothing outside the folder can be reached, and nothing is written into it unless --uploads lets clients do so. Whoever is in reach can read what is served.',
  ],
  commands: {
    serve: {
      summary: 'serve the files of a folder',
      load: async () => (await import('./files-serve.ts')).filesServe,
    },
    list: {
      summary: 'list the files that a device serves',
      load: async () => (await import('./files-list.ts')).filesList,
    },
    get: {
      summary: 'get a file',
      load: async () => (await import('./files-get.ts')).filesGet,
    },
    put: {
      summary: 'put a file',
      load: async () => (await import('./files-put.ts')).filesPut,
    },
  },
  examples: [
    'jelling files serve ./docs',
    'jelling files list',
    'jelling files get architecture.md',
    'jelling files put notes.txt --replace',
  ],
};
