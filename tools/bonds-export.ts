import { bondCommon, bondFields, bondOptions, isSame, nameOf, openBonds } from './bond-file.ts';
import { bondFormat } from './bonds-import.ts';
import { defineCommand } from './command.ts';
import { Exit } from './exit.ts';
import { withDefault } from './option.ts';
import { printable } from './text.ts';

export const bondsExport = defineCommand({
  description: [
    'Writes the bonds with their keys, readable for you alone: whoever has them can listen to those links and pretend to be this side. Nothing that is there is written over.',
  ],
  operands: [{ name: 'PATH', help: 'the new file; for bluez a folder like /var/lib/bluetooth' }],
  options: {
    ...bondOptions,
    format: withDefault(
      'FORMAT',
      'jelling, aioble (ble_secrets.json over NimBLE, of one identity) or bluez; jelling unless given',
      bondFormat,
      'jelling',
    ),
  },
  common: bondCommon,
  examples: [
    'jelling bonds export backup.json',
    'jelling bonds export ble_secrets.json --format aioble --local 28:CD:C1:01:02:03',
    'jelling bonds export ./bluetooth --format bluez',
  ],
  async run({ output, options, operands }) {
    const [path = ''] = operands;
    const { format, local: wanted } = options;
    const all = await (await openBonds(options)).all();
    const meant = all.filter(({ local }) => wanted === undefined || isSame(local, wanted));
    if (meant.length === 0) {
      output.remark('there are no bonds');
      return Exit.notFound;
    }
    const { exportBonds } = await import('jelling');
    await exportBonds(path, format, meant);
    for (const { local, bonds } of meant) {
      for (const bond of bonds) output.event({ event: 'exported', ...bondFields(local, bond) });
      output.remark(`${bonds.length} of ${nameOf(local)} written to ${printable(path)}: keep it safe`);
    }
    return undefined;
  },
});
