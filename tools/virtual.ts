import { createAir, profileNames, serve, type VirtualServer } from 'jelling/virtual';
import { defineCommand } from './command.ts';
import { UsageError } from './exit.ts';
import { duration, fraction, oneOf, optional, type Read, repeated, whole, withDefault } from './option.ts';
import type { Output } from './output.ts';
import { printable } from './text.ts';
import { untilAborted } from './until-aborted.ts';
import { armFaults, parseFault } from './virtual-fault.ts';

/** `tcp:9001` is `tcp:127.0.0.1:9001`: nobody outside this machine, unless asked for. */
const place: Read<string> = (given) => {
  if (/^tcp:\d+$/.test(given)) return given.replace('tcp:', 'tcp:127.0.0.1:');
  if (/^((tcp|unix|pty):.|usbip(:\d+)?(,bulk)?$)/.test(given)) return given;
  throw new UsageError(
    `'${given}' is no place to listen at: give tcp:[HOST:]PORT, unix:PATH, pty:PATH[,h5] or usbip[:PORT][,bulk]`,
  );
};

export const virtual = defineCommand({
  description: [
    'Serves virtual controllers, each at a place of its own, all on one air: any host that speaks HCI over H4, or over H5 on a pty, can use them as it would a real one, and they hear each other. No hardware is needed.',
    'A host in another program opens tcp:HOST:PORT, unix:PATH, or a pty at PATH as a serial port. When it leaves, its controller is reset and waits for the next. What the hosts did against the specification is told at the end.',
    'With usbip the controller is a USB dongle, which the kernel of this machine attaches over USB/IP, on TCP port 3240 unless given; no other machine can. Each dongle on a port has a busid, 1-1, 1-2, … When this command ends, they are pulled out. With bulk a dongle also offers the Bulk Serialization Mode of Core 6.2.',
  ],
  options: {
    listen: repeated(
      'PLACE',
      'where a controller is served: tcp:[HOST:]PORT, unix:PATH, pty:PATH[,h5], or usbip[:PORT][,bulk] for a USB dongle',
      place,
    ),
    personality: withDefault(
      'KIND',
      `what the controllers pass for: ${profileNames.join(', ')}; 5.x unless given`,
      oneOf(...profileNames),
      '5.x',
    ),
    air: withDefault(
      'MODEL',
      'ideal: what can happen happens at once; timed: with the times and the airtime of real radios; ideal unless given',
      oneOf('ideal', 'timed'),
      'ideal',
    ),
    loss: optional('SHARE', 'the share of packets that a timed air loses, 0 to 1', fraction),
    seed: optional('N', 'what all chance on the air comes from; the same each time', whole(0, 0xffff_ffff)),
    fault: repeated(
      'FAULT',
      'what goes wrong, once: cut:after=OCTETS[,for=TIME] puts a wall between two radios in the middle of what they say, when so many octets of data have passed on the air, for 6s unless given',
      parseFault,
    ),
    duration: withDefault(
      'TIME',
      'how long to serve; until Ctrl-C unless given',
      duration,
      Number.POSITIVE_INFINITY,
    ),
  },
  common: ['json', 'verbose'],
  examples: [
    'jelling virtual --listen tcp:9001 --listen tcp:9002',
    'jelling virtual --listen pty:/tmp/ble0 --listen unix:/tmp/ble1',
    'jelling virtual --listen pty:/tmp/ble0,h5',
    'jelling virtual --listen usbip --listen usbip',
    'jelling virtual --listen tcp:9001 --listen tcp:9002 --air timed --loss 0.1',
    'jelling virtual --listen tcp:9001 --listen tcp:9002 --fault cut:after=20k',
  ],
  async run({ output, options, signal }) {
    const { listen, personality: profile, air: model, loss, seed, duration: durationMs } = options;
    if (listen.length === 0)
      throw new UsageError('where to listen is missing: give --listen, as in --listen tcp:9001');
    const air = createAir({ model, loss, seed });
    const servers: VirtualServer[] = [];
    const disarm = armFaults(air, options.fault, output);
    try {
      for (const at of listen) {
        signal.throwIfAborted();
        servers.push(await serve(air, at, { profile }));
      }
      const adapters = servers.map(({ address }) => address);
      output.data({ event: 'ready', adapters }, () => `ready: serving ${adapters.join(' ')}`);
      for (const server of servers) tellHowToAttach(output, server);
      output.remark(output.noteStyle('dim', 'Ctrl-C ends it'));
      await untilAborted(signal, durationMs);
    } finally {
      disarm();
      for (const server of servers) tellViolations(output, server);
      await Promise.all(servers.map((server) => server.close()));
    }
    return undefined;
  },
});

/** USB/IP's own port, which its clients take unless told otherwise. */
const USBIP_PORT = 3240;

const tellHowToAttach = (output: Output, { dongle, port }: VirtualServer): void => {
  if (dongle === undefined) return;
  const at = port === USBIP_PORT ? '' : ` --tcp-port ${port}`;
  const line = `usbip${at} attach -r 127.0.0.1 -b ${dongle.busid}`;
  output.remark(`on Linux, as root: modprobe vhci-hcd && ${line}`);
};

/** What the hosts of a controller did against the specification. */
const tellViolations = (output: Output, { address, controller }: VirtualServer): void => {
  for (const { name, detail } of controller.violations) {
    output.note({ event: 'violation', adapter: address, name, detail }, () => {
      const text = `the host at ${address} broke a rule: ${name}, ${printable(detail)}`;
      return output.noteStyle('yellow', text);
    });
  }
  const more = controller.violationCount - controller.violations.length;
  if (more > 0) {
    output.note({ event: 'moreViolations', adapter: address, count: more }, () =>
      output.noteStyle('yellow', `and ${more} more by the host at ${address}`),
    );
  }
};
