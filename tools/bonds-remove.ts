import { bondCommon, bondFields, bondOptions, identity, isSame, nameOf, openBonds } from './bond-file.ts';
import { defineCommand } from './command.ts';
import { Exit } from './exit.ts';

export const bondsRemove = defineCommand({
  description: [
    'Forgets the keys that are shared with a peer, so that the next link needs pairing. The peer keeps its own: make it forget this side too. A program that has the adapter open goes on with what it knows until it changes something of that bond, or is started again.',
  ],
  operands: [
    {
      name: 'PEER',
      help: 'the identity address of the peer, as in F0:F1:F2:F3:F4:F5; with /random behind it where it is one',
    },
  ],
  options: bondOptions,
  common: bondCommon,
  examples: [
    'jelling bonds remove F0:F1:F2:F3:F4:F5/random',
    'jelling bonds remove 00:11:22:33:44:55 --local 00:AA:BB:CC:DD:EE',
  ],
  async run({ output, options, operands }) {
    const [given = ''] = operands;
    const peer = identity(given);
    const store = await openBonds(options);
    let removed = 0;
    for (const { local, bonds } of await store.all()) {
      const bond = bonds.find((one) => isSame(one.peer, peer));
      const isMeant = options.local === undefined || isSame(local, options.local);
      if (bond === undefined || !isMeant) continue;
      if (!(await store.remove(local, peer))) continue;
      removed++;
      output.data(
        { event: 'removed', ...bondFields(local, bond) },
        () => `removed the bond of ${nameOf(local)} with ${nameOf(peer)}`,
      );
    }
    if (removed > 0) return undefined;
    output.failure(
      { event: 'error', code: 'BLE_NOT_FOUND', exit: Exit.notFound, message: `no bond with ${nameOf(peer)}` },
      `there is no bond with ${nameOf(peer)}: jelling bonds list tells which there are`,
    );
    return Exit.notFound;
  },
});
