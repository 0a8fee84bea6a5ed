import { type AdapterInfo, diagnoseAdapters, type Finding, type FoundAdapter, listAdapters } from 'jelling';
import { defineCommand } from './command.ts';
import { Exit } from './exit.ts';
import { withAdapter } from './session.ts';
import { showFinding } from './show-finding.ts';
import type { Style } from './style.ts';
import { padEnd, printable, wrap } from './text.ts';

export const adapters = defineCommand({
  description: [
    'Lists the USB controllers and the serial ports of this machine and the controllers that Linux drives, each by the name that --adapter takes, with what keeps it from use, who holds it, and the line that mends it. A serial port may or may not have a controller at its end.',
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
    const { adapters: found, unavailable } = await listAdapters();
    const { devices } = await diagnoseAdapters();
    let someUsable = false;
    for (const adapter of found) {
      const findings = devices.find(({ moniker }) => moniker === adapter.moniker)?.findings ?? [];
      const usable = ![...adapter.problems, ...findings].some(({ blocks }) => blocks);
      someUsable ||= usable;
      output.data({ event: 'adapter', usable, ...adapter, findings }, () =>
        entry(adapter, findings, output.style).join('\n'),
      );
    }
    for (const message of unavailable) {
      output.note(
        { event: 'unavailable', message },
        () => `${output.noteStyle('yellow', 'note:')} ${message}`,
      );
    }
    if (someUsable) return Exit.ok;
    output.remark('No adapter that can be used. Without one there is --adapter virtual, and jelling demo.');
    return Exit.notFound;
  },
});

const WIDTH = 80;

const hex = (value: number): string => value.toString(16).padStart(4, '0');

/** What the findings say better: they know who holds it, and the line that mends it. */
const toldByFindings: ReadonlySet<string> = new Set(['noPermission', 'inUse', 'systemDriver', 'blocked']);

/** The name to use, what it is, and under it what is wrong. */
const entry = (adapter: FoundAdapter, findings: readonly Finding[], style: Style): readonly string[] => {
  const { moniker, manufacturer, product, vendorId, productId, problems } = adapter;
  const ids = vendorId === undefined || productId === undefined ? '' : `${hex(vendorId)}:${hex(productId)}`;
  const what = [ids, manufacturer, product].filter((part) => part !== undefined && part !== '').join(' ');
  return [
    `${padEnd(style('bold', moniker), 28)}  ${printable(what)}`.trimEnd(),
    ...problems
      .filter(({ code }) => findings.length === 0 || !toldByFindings.has(code))
      .flatMap(({ message, blocks }) =>
        wrap(message, WIDTH - 4).map((line) => `    ${style(blocks ? 'red' : 'yellow', line)}`),
      ),
    ...findings.flatMap((finding) => showFinding(finding, style)),
  ];
};

const describe = (
  address: string,
  addressType: string,
  info: AdapterInfo,
  style: Style,
): readonly string[] => {
  const { transport, version, manufacturer, manufacturerName, aclBuffers, features } = info;
  const company = `0x${hex(manufacturer)}`;
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
