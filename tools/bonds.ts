import type { CommandGroup } from './commands.ts';

export const bonds: CommandGroup = {
  summary: 'look after the peers that this machine has bonded with',
  description: [
    'Lists, removes, imports and exports bonds: the keys that this machine shares with peers, by which the next link needs no pairing. They belong to an identity of an adapter, and stand in a file of yours in ~/.local/state/jelling, or where XDG_STATE_HOME says. No adapter is needed.',
  ],
  commands: {
    list: {
      summary: 'list the bonds, without their keys',
      load: async () => (await import('./bonds-list.ts')).bondsList,
    },
    remove: {
      summary: 'forget a peer',
      load: async () => (await import('./bonds-remove.ts')).bondsRemove,
    },
    import: {
      summary: 'take over the bonds of BlueZ, of aioble or of another machine',
      load: async () => (await import('./bonds-import.ts')).bondsImport,
    },
    export: {
      summary: 'write the bonds, keys and all, for another program',
      load: async () => (await import('./bonds-export.ts')).bondsExport,
    },
  },
  examples: [
    'jelling bonds list',
    'jelling bonds remove F0:F1:F2:F3:F4:F5/random',
    'sudo jelling bonds import /var/lib/bluetooth --file bonds.json',
    'jelling bonds export backup.json',
  ],
};
