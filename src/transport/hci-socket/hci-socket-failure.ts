import { TransportError } from '../../core/errors.ts';
import { messageOf } from '../connect-failure.ts';
import { HciSocketError } from './hci-socket-port.ts';

/** Lets a program drive controllers by the user channel: once, for every program of this Node.js, or for a service. */
export const LET_USE_USER_CHANNEL: readonly string[] = [
  'sudo env "PATH=$PATH" node PROGRAM   # for once',
  'sudo setcap cap_net_admin=ep "$(readlink -f "$(command -v node)")"   # for every program that this node runs',
];
export const SERVICE_CAPABILITY = 'AmbientCapabilities=CAP_NET_ADMIN';

/** Makes Linux let go of a controller, first the daemon, which would bring it up again. */
export const letGoOf = (index: number): readonly string[] => [
  'sudo systemctl stop bluetooth   # or: bluetoothctl power off',
  `sudo hciconfig hci${index} down   # or: sudo btmgmt --index ${index} power off`,
];

/** What stands in the way of hciN, and what the user can do. */
export const explainHciSocketFault = (error: unknown, index: number): string => {
  const fault = error instanceof HciSocketError ? error.fault : 'other';
  switch (fault) {
    case 'noDevice':
      return `Linux has no hci${index}; jelling adapters lists those that are there`;
    case 'access':
      return (
        'the user channel needs the capability CAP_NET_ADMIN. For a service of systemd write ' +
        `${SERVICE_CAPABILITY} into its [Service] section; else one of\n  ${LET_USE_USER_CHANNEL.join('\n  ')}`
      );
    case 'busy':
      return (
        "it is in use: it is up for Linux's own Bluetooth, or another program has its user channel. End that program, or let the system go of it\n  " +
        letGoOf(index).join('\n  ')
      );
    case 'starting':
      return 'the kernel is still setting it up';
    case 'blocked':
      return 'rfkill blocks it: sudo rfkill unblock bluetooth. Where that does not help it is a switch of the machine; jelling doctor tells';
    case 'unsupported':
      return 'there are no HCI sockets here: the kernel has no Bluetooth (sudo modprobe bluetooth), or this is a container without the network of its machine (docker run --network=host --cap-add=NET_ADMIN …)';
    default:
      return messageOf(error);
  }
};

export const hciSocketFailure = (index: number, error: unknown): TransportError =>
  new TransportError(`cannot open hci-socket:${index}: ${explainHciSocketFault(error, index)}`, {
    cause: error,
  });
