import { diagnoseAdapters, type Finding } from 'jelling';
import { defineCommand } from './command.ts';
import { Exit } from './exit.ts';
import { showFinding } from './show-finding.ts';
import { padEnd, printable } from './text.ts';

export const doctor = defineCommand({
  description: [
    'Says of each USB controller, serial port and controller that Linux drives who holds it, which rule, driver, service or program is in the way, and the line that mends it. It reads what the system tells, opens no device and runs no command.',
    `Ends with ${Exit.adapter} where something is in the way of every device, with ${Exit.ok} where one can be used.`,
  ],
  options: {},
  common: ['json', 'verbose', 'help'],
  examples: ['jelling doctor', 'jelling doctor --json'],
  async run({ output }) {
    const { devices, system } = await diagnoseAdapters();
    const { style } = output;
    for (const device of devices) {
      const { moniker, name, findings } = device;
      output.data({ event: 'device', ...device }, () =>
        [
          `${padEnd(style('bold', printable(moniker)), 28)}  ${printable(name)}`.trimEnd(),
          ...findings.flatMap((finding) => showFinding(finding, style)),
          ...(findings.length === 0 ? [`    ${style('green', 'nothing is in the way')}`] : []),
        ].join('\n'),
      );
    }
    for (const finding of system) {
      output.data({ event: 'finding', ...finding }, () =>
        [style('bold', 'this machine'), ...showFinding(finding, style)].join('\n'),
      );
    }
    const isInTheWay = ({ blocks }: Finding): boolean => blocks;
    if (devices.some(({ findings }) => !findings.some(isInTheWay))) return Exit.ok;
    return devices.length > 0 || system.some(isInTheWay) ? Exit.adapter : Exit.ok;
  },
});
