import { bondCommon, bondFields, bondOptions, describeBond, isSame, nameOf, openBonds } from './bond-file.ts';
import { defineCommand } from './command.ts';
import { padEnd } from './text.ts';

export const bondsList = defineCommand({
  description: [
    'Lists the bonds by the identity of this side that they belong to: the address of each peer, whether somebody vouched for it when it was paired with, and how. No key is shown.',
  ],
  options: bondOptions,
  common: bondCommon,
  examples: ['jelling bonds list', 'jelling bonds list --json | jq -r .address'],
  async run({ output, options }) {
    const { local: wanted } = options;
    const all = await (await openBonds(options)).all();
    const meant = all.filter(({ local }) => wanted === undefined || isSame(local, wanted));
    for (const { local, bonds } of meant) {
      output.line(output.style('bold', nameOf(local)));
      for (const bond of bonds) {
        output.data(
          { event: 'bond', ...bondFields(local, bond) },
          () => `  ${padEnd(nameOf(bond.peer), 24)}  ${describeBond(bond)}`,
        );
      }
    }
    if (meant.length === 0) output.remark('there are no bonds');
    return undefined;
  },
});
