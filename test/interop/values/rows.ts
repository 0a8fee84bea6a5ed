/** Values that do not fit into one PDU, several at once, and many one after the other. */
import { digest } from '../bytes.ts';
import type { Topic } from '../judge.ts';
import { commands, contract, indications, longValue, notifications, reliable, twins } from './contract.ts';

export const values: Topic = ({ central, peripheral }) => {
  const both = [reliable.first, reliable.second];
  const first = twins[0] ?? new Uint8Array();
  // Bumble gives what stands in the response (Vol 3, Part F, 3.4.4.2).
  const room = central === 'bumble' ? contract.mtu - 4 : 512;
  return {
    'write long': { peripheral: digest([longValue]) },
    'read long': { central: digest([longValue]) },
    'write reliably': { peripheral: digest(both) },
    // The client of ble-host has neither, and its server ends its process with the first.
    ...(central !== 'ble-host' &&
      peripheral !== 'ble-host' && {
        'read multiple': { central: digest(both) },
        'read multiple variable': { central: digest([...both, first]) },
      }),
    // The client of ble-host fails inside, and never sends another request.
    ...(central !== 'ble-host' && {
      'read by uuid': { central: digest(twins.map((twin) => twin.subarray(0, room))) },
    }),
    'write commands': { peripheral: digest(commands) },
    notifications: { central: digest(notifications), peripheral: { sent: notifications.length } },
    indications: { central: digest(indications), peripheral: { confirmed: indications.length } },
  };
};
