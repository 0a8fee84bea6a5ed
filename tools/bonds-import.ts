import type { BondFormat, ExchangedBonds, FileBondStore } from 'jelling';
import { bondCommon, bondFields, bondOptions, describeBond, nameOf, openBonds } from './bond-file.ts';
import { defineCommand } from './command.ts';
import { Exit } from './exit.ts';
import { flag, oneOf, optional } from './option.ts';
import type { Output } from './output.ts';
import { printable } from './text.ts';

export const bondFormat = oneOf<BondFormat>('jelling', 'aioble', 'bluez');

export const bondsImport = defineCommand({
  description: [
    'Takes over bonds: of BlueZ from /var/lib/bluetooth or the folder of one adapter in it, of MicroPython with aioble over NimBLE from ble_secrets.json, or of a file that jelling bonds export has written. They are of use where this side goes by the same identity address as before: with BlueZ that is so on the same dongle.',
    'A peer that is bonded already is left alone unless --replace is given.',
  ],
  operands: [{ name: 'PATH', help: 'the file, or the folder of BlueZ' }],
  options: {
    ...bondOptions,
    format: optional(
      'FORMAT',
      'jelling, aioble or bluez; by default told by what PATH leads to. A file of aioble needs --local too',
      bondFormat,
    ),
    replace: flag('replace bonds that are there'),
  },
  common: bondCommon,
  examples: [
    'sudo jelling bonds import /var/lib/bluetooth --file bonds.json',
    'jelling bonds import ble_secrets.json --local 28:CD:C1:01:02:03',
    'jelling bonds import backup.json --replace',
  ],
  async run({ output, options, operands }) {
    const [path = ''] = operands;
    const { format, local, replace } = options;
    const { importBonds } = await import('jelling');
    const { identities, skipped } = await importBonds(path, { format, local });
    for (const why of skipped) output.note({ event: 'skipped', why }, () => `passed over: ${printable(why)}`);
    const store = await openBonds(options);
    let found = 0;
    for (const one of identities) found += await importAll(output, store, one, replace);
    if (found > 0) return undefined;
    output.remark(`there are no bonds in ${printable(path)}`);
    return Exit.notFound;
  },
});

/** How many there were, taken over or not. */
const importAll = async (
  output: Output,
  store: FileBondStore,
  { local, bonds }: ExchangedBonds,
  replace: boolean,
): Promise<number> => {
  for (const bond of bonds) {
    const fields = bondFields(local, bond);
    if (!replace && (await store.find(local, bond.peer)) !== undefined) {
      output.note(
        { event: 'kept', ...fields },
        () => `${nameOf(bond.peer)} is bonded already; --replace would replace that bond`,
      );
      continue;
    }
    await store.save(local, bond);
    output.data(
      { event: 'imported', ...fields },
      () => `${nameOf(local)}: ${nameOf(bond.peer)}, ${describeBond(bond)}`,
    );
  }
  return bonds.length;
};
