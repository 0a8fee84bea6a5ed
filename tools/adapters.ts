import { type AdapterInfo, type FoundAdapter, listAdapters } from 'jelling';
import { defineCommand } from './command.ts';
import { Exit } from './exit.ts';
import type { Output } from './output.ts';
import { waitFor, withAdapter } from './session.ts';
import type { Style } from './style.ts';
import { padEnd, printable, wrap } from './text.ts';

export const adapters = defineCommand({
  description: [
    'Lists the USB controllers and the serial ports of this machine, each by the name that --adapter takes, with what keeps it from use and what can be done about that. A serial port may or may not have a controller behind it.',
    'With --adapter it opens that one and says what it is: the test of an adapter.',
  ],
  options: {},
  examples: ['jelling adapters', 'jelling adapters --adapter serial:/dev/ttyACM0', 'jelling adapters --json'],
  async run(invocation) {
    const { output, common } = invocation;
    if (common.adapter !== undefined) {
      await withAdapter(invocation, async ({ address, addressType, info }) => {
        output.data({ event: 'adapter', address, addressType, ...info }, () =>
          describe(address, addressType, info, output.style).join('\n'),
        );
      });
      return Exit.ok;
    }
    const found = await listAdapters(waitFor(invocation));
    for (const adapter of found) {
      output.data({ event: 'adapter', ...adapter }, () => entry(adapter, output).join('\n'));
    }
    if (found.some(({ problem }) => problem === undefined)) return Exit.ok;
    output.remark('No adapter can be used now. Without one there is --adapter virtual, and jelling demo.');
    return Exit.notFound;
  },
});

const WIDTH = 80;

/** The name to use, what it is, and under it what is wrong. */
const entry = ({ moniker, description, problem }: FoundAdapter, { style }: Output): readonly string[] => [
  `${padEnd(style('bold', moniker), 28)}  ${printable(description)}`,
  ...(problem === undefined ? [] : wrap(problem, WIDTH - 4).map((line) => `    ${style('red', line)}`)),
];

const describe = (
  address: string,
  addressType: string,
  info: AdapterInfo,
  style: Style,
): readonly string[] => {
  const { transport, version, manufacturer, manufacturerName, aclBuffers, features } = info;
  const company = `0x${manufacturer.toString(16).padStart(4, '0')}`;
  const rows: readonly (readonly [string, string])[] = [
    ['adapter', transport],
    ['address', `${address} (${addressType})`],
    ['version', `Bluetooth ${version}`],
    ['maker', manufacturerName === undefined ? company : `${manufacturerName} (${company})`],
    ['buffers', `${aclBuffers.count} packets of ${aclBuffers.length} octets`],
    ['features', features.join(', ')],
  ];
  const indent = 10;
  return rows.flatMap(([name, value]) =>
    wrap(value, WIDTH - indent).map((line, i) => padEnd(i === 0 ? style('bold', name) : '', indent) + line),
  );
};
