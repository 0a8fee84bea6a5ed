import { duration, flag, type Options, optional, text } from './option.ts';

/** The options that every command takes where they mean something to it. */
export const commonOptions = {
  adapter: optional(
    'ADAPTER',
    'the controller to use: usb, usb:VID:PID, usb:BUS-PORT, serial:PATH[,BAUD][,OPTION]... (rtscts or noflow, h4 or h5, even, raise=BAUD), tcp:HOST:PORT, unix:PATH, hci-socket[:N] or virtual; by default what JELLING_ADAPTER says, else usb',
    text,
  ),
  timeout: optional(
    'TIME',
    'how long each step may take: to open the adapter, to find the peer, to connect, to get an answer; in seconds, or with a unit as in 500ms, 5s, 2m',
    duration,
  ),
  snoop: optional(
    'FILE',
    'write every packet between host and controller to FILE as btsnoop, which Wireshark opens',
    text,
  ),
  firmware: optional(
    'FOLDER',
    'where to look for the firmware of chips that come without, by its name on Linux: FOLDER/brcm/BCM4345C0.hcd; by default in the folders of a Linux system',
    text,
  ),
  json: flag('print events for programs: one JSON object a line on standard output'),
  verbose: flag('say what the stack does, and show where an error came from', 'v'),
  help: flag('show this help', 'h'),
} satisfies Options;
export type CommonOptions = typeof commonOptions;

export const chooseCommon = (names: readonly (keyof CommonOptions)[] | undefined): Options =>
  names === undefined
    ? commonOptions
    : Object.fromEntries(
        Object.entries(commonOptions).filter(
          ([name]) => name === 'help' || names.some((chosen) => chosen === name),
        ),
      );
