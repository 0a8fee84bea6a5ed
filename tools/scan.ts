import { type Device, parseUuid, type ScanResult } from 'jelling';
import { defineCommand } from './command.ts';
import { describeServices } from './describe.ts';
import { Exit } from './exit.ts';
import { duration, flag, oneOf, optional, repeated, text, whole, withDefault } from './option.ts';
import { withAdapter } from './session.ts';
import { SightingLog } from './sighting-log.ts';
import { type Column, tableHead, tableLine } from './table.ts';
import { printable } from './text.ts';

const columns: readonly Column[] = [
  { title: 'ADDRESS', width: 17 },
  { title: 'TYPE', width: 14 },
  { title: 'dBm', width: 4, align: 'right' },
  { title: 'NAME', width: 16 },
  { title: 'SERVICES' },
];

export const scan = defineCommand({
  description: [
    'Lists the devices that advertise nearby, each once when enough is known of it; with --all, each time anything about it has changed.',
    'TYPE tells how long the address lasts: public and static ones stay, resolvable and non-resolvable ones change every few minutes.',
  ],
  options: {
    duration: withDefault('TIME', 'how long to scan, or forever; 5s unless given', duration, 5_000),
    count: optional('N', 'end after N devices', whole(1, 1_000_000)),
    passive: flag('only listen: ask nobody for a scan response, which often holds the name'),
    all: flag('print each change, not only the first sight of each device'),
    discoverable: optional(
      'MODE',
      'only devices that let themselves be discovered: general or limited',
      oneOf('general', 'limited'),
    ),
    name: optional('NAME', 'only devices of this name', text),
    service: repeated('UUID', 'only devices that advertise this service', (given) => parseUuid(given)),
    rssi: optional('DBM', 'only what is received with at least this strength', whole(-127, 20)),
  },
  examples: [
    'jelling scan',
    'jelling scan --adapter usb --duration 30s --service 180d',
    "jelling scan --json --count 1 --name 'temp-sense'",
  ],
  async run(invocation) {
    const { output, options, signal } = invocation;
    const wanted = (result: ScanResult<Device>): boolean =>
      (options.name === undefined || result.name === options.name) &&
      options.service.every((uuid) => result.services.includes(uuid)) &&
      (options.rssi === undefined || (result.rssi ?? -128) >= options.rssi);

    const count = await withAdapter(invocation, async (ble) => {
      const { duration: durationMs, passive, discoverable } = options;
      await using scanner = ble.scan({ durationMs, active: !passive, discoverable, signal });
      output.note({ event: 'ready', address: ble.address, durationMs }, () =>
        output.noteStyle('dim', `ready: scanning as ${ble.address}${lasting(durationMs)}`),
      );
      output.line(output.style('bold', tableHead(columns)));
      const log = new SightingLog<ScanResult<Device>>({
        all: options.all,
        most: options.count,
        print: (result) => output.data(eventOf(result), () => rowOf(result, output.columns)),
        full: () => void scanner.close(),
      });
      try {
        for await (const result of scanner) if (wanted(result)) log.add(keyOf(result), result);
      } finally {
        log.end();
      }
      return log.count;
    });
    output.note({ event: 'end', devices: count }, () =>
      output.noteStyle('dim', `${count} ${count === 1 ? 'device' : 'devices'}`),
    );
    const asked = options.name !== undefined || options.service.length > 0 || options.count !== undefined;
    return asked && count < (options.count ?? 1) ? Exit.notFound : Exit.ok;
  },
});

const lasting = (durationMs: number): string =>
  durationMs === Number.POSITIVE_INFINITY ? '; Ctrl-C ends it' : ` for ${durationMs / 1_000} s`;

const keyOf = ({ address, addressType }: ScanResult<Device>): string => `${address}/${addressType}`;

const rowOf = (result: ScanResult<Device>, terminalColumns: number | undefined): string =>
  tableLine(
    columns,
    [
      result.address,
      kindNames[result.device.addressKind],
      result.rssi === undefined ? '' : String(result.rssi),
      result.name === undefined ? '' : printable(result.name),
      describeServices(result.services),
    ],
    terminalColumns,
  );

const kindNames = {
  public: 'public',
  static: 'static',
  resolvable: 'resolvable',
  nonResolvable: 'non-resolvable',
} as const;

const eventOf = (result: ScanResult<Device>) => ({
  event: 'device',
  address: result.address,
  addressType: result.addressType,
  addressKind: result.device.addressKind,
  rssi: result.rssi,
  name: result.name,
  services: result.services,
  connectable: result.connectable,
  manufacturer: result.manufacturer,
  serviceData: result.serviceData,
  txPower: result.txPower,
  appearance: result.appearance,
  advertisingData: result.advertisingData,
  scanResponseData: result.scanResponseData,
});
